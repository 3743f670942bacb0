import type { AuditEvent } from '../contract/audit-event.ts';
import { limits } from '../contract/limits.ts';
import { nanosecondsOf } from '../contract/timestamp.ts';
import type { Row } from '../rows/row.ts';
import type { FieldErrors } from './api-response.ts';

/** Parameters that an event's field has to be equal to. The service ignores all others, `resource_id` among them. */
const filters = ['event_type', 'event_category', 'event_outcome', 'correlation_id'] as const;

/** What a query asks for. */
export interface Query {
  readonly matches: (event: AuditEvent) => boolean;
  readonly limit: number;
  readonly offset: number;
}

/** Reads the parameters of a query; those without a value are as if they were not there. */
export function readQuery(parameters: URLSearchParams): { readonly query: Query } | { readonly errors: FieldErrors } {
  const errors: Record<string, string> = {};
  const reader = { parameters, errors };
  const equal = filters.flatMap((name) => {
    const value = parameters.get(name);
    return value ? [{ name, value }] : [];
  });
  const [since, until] = [timeIn(reader, 'since'), timeIn(reader, 'until')];
  const limit = wholeIn(reader, 'limit', limits.defaultPage, { least: 1, most: limits.page });
  const offset = wholeIn(reader, 'offset', 0, { least: 0, most: Number.MAX_SAFE_INTEGER });
  if (Object.keys(errors).length > 0) return { errors };
  const matches = (event: AuditEvent): boolean =>
    equal.every(({ name, value }) => event[name] === value) &&
    (since === undefined || nanosecondsOf(event.event_timestamp) >= since) &&
    (until === undefined || nanosecondsOf(event.event_timestamp) <= until);
  return { query: { matches, limit, offset } };
}

/** The page of rows that a query asks for, newest event first, as the service answers it. */
export function pageOf(rows: readonly Row[], { matches, limit, offset }: Query): object {
  const found = rows.filter(({ event }) => matches(event));
  const timed = found.map((row) => ({ row, at: nanosecondsOf(row.event.event_timestamp) }));
  const newestFirst = timed.reverse().sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? 1 : -1));
  const page = newestFirst.slice(offset, offset + limit).map(({ row }) => ({ event_id: row.event_id, ...row.event }));
  const total = found.length;
  return { data: page, pagination: { limit, offset, total, has_more: offset + page.length < total } };
}

/** Parameters, and a place for what is wrong with them. */
interface Reader {
  readonly parameters: URLSearchParams;
  readonly errors: Record<string, string>;
}

function timeIn({ parameters, errors }: Reader, name: string): bigint | undefined {
  const text = parameters.get(name);
  if (!text) return undefined;
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text);
  if (isTime && !Number.isNaN(Date.parse(text))) return nanosecondsOf(text);
  errors[name] = 'must be an RFC 3339 time';
  return undefined;
}

function wholeIn(
  { parameters, errors }: Reader,
  name: string,
  otherwise: number,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const text = parameters.get(name) || String(otherwise);
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    errors[name] = `must be a whole number from ${least} to ${most}`;
  return value;
}
