import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditEvent } from '../contract/audit-event.ts';
import { columnWidths } from '../contract/limits.ts';
import { JsonLines } from './json-lines.ts';
import { hashOf, parseRow } from './row.ts';
import type { Row } from './row.ts';

const fileIn = (directory: string): string => join(directory, 'events.jsonl');

/** An event that has its id and is to be stored. */
export interface Identified {
  readonly event_id: string;
  readonly event: AuditEvent;
}

/** The stored events, in the order in which they arrived. */
export class Database {
  private readonly file: JsonLines;
  private readonly stored: Row[];
  private readonly lastHashes = new Map<string, string>();

  /** Reads the rows in the directory, which has to exist. */
  constructor(directory: string) {
    this.file = new JsonLines(fileIn(directory));
    this.stored = this.file.before.map((value, index) => parseRow(value, index + 1));
    this.remember(this.stored);
  }

  get rows(): readonly Row[] {
    return this.stored;
  }

  /** Stores events, which must fit; returns when they are on disk. */
  insert(events: readonly Identified[], arrivedAt: Date): void {
    const hashes = new Map(events.map(({ event: { correlation_id: id } }) => [id, this.lastHashes.get(id)]));
    const rows = events.map(({ event_id, event }) => {
      const hash = hashOf(hashes.get(event.correlation_id), event);
      hashes.set(event.correlation_id, hash);
      return { event_id, arrived_at: arrivedAt.toISOString(), hash, event };
    });
    this.file.append(rows);
    this.stored.push(...rows);
    this.remember(rows);
  }

  close(): void {
    this.file.close();
  }

  private remember(rows: readonly Row[]): void {
    for (const { event, hash } of rows) this.lastHashes.set(event.correlation_id, hash);
  }
}

/** Whether the columns of the database are wide enough for an event. */
export function fits(event: AuditEvent): boolean {
  return Object.entries(columnWidths).every(([column, width]) => {
    const value = event[column];
    return typeof value !== 'string' || [...value].length <= width;
  });
}

/**
 * Reads the rows that a fake has stored in its directory.
 *
 * @throws Error when the directory has none
 */
export function readRows(directory: string): readonly Row[] {
  const lines = readFileSync(fileIn(directory), 'utf8').split('\n').slice(0, -1);
  return lines.map((line, index) => parseRow(JSON.parse(line), index + 1));
}
