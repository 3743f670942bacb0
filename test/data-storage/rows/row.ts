import { createHash } from 'node:crypto';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { canonicalJson } from '../../../src/api/executions/new-execution.ts';
import type { AuditEvent } from '../contract/audit-event.ts';

/** An audit event that is stored. */
export interface Row {
  readonly event_id: string;
  /** When it was stored, RFC 3339 with milliseconds. */
  readonly arrived_at: string;
  /** Of the event and of the row before it with the same correlation id, see {@link hashOf}. */
  readonly hash: string;
  readonly event: AuditEvent;
}

const text = { type: 'string' } as const;
const searched = ['event_type', 'event_timestamp', 'event_category', 'event_action', 'event_outcome', 'correlation_id'];
const ajv = new Ajv2020();
formats.default(ajv);
const isRow = ajv.compile<Row>({
  type: 'object',
  required: ['event_id', 'arrived_at', 'hash', 'event'],
  properties: {
    event_id: text,
    arrived_at: text,
    hash: text,
    event: {
      type: 'object',
      required: [...searched, 'event_data'],
      properties: {
        ...Object.fromEntries([...searched, 'resource_id', 'namespace'].map((name) => [name, text])),
        event_timestamp: { type: 'string', format: 'date-time' },
        event_data: { type: 'object' },
      },
    },
  },
});

/** @throws Error when the value, a line of a file, is not a row */
export function parseRow(value: unknown, line: number): Row {
  if (isRow(value)) return value;
  throw new Error(`line ${line} is not a row`);
}

/**
 * The hash of a row: SHA-256 in hex of the previous hash and the event as JSON with sorted keys.
 *
 * @param previous hash of the previous row with the same correlation id; undefined for the first
 */
export function hashOf(previous: string | undefined, event: AuditEvent): string {
  return createHash('sha256')
    .update(previous ?? '')
    .update(canonicalJson(event))
    .digest('hex');
}
