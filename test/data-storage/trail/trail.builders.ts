import { moments } from '../contract/vocabulary.ts';
import type { Moment } from '../contract/vocabulary.ts';
import { anEvent } from '../data-storage.builders.ts';
import { hashOf } from '../rows/row.ts';
import type { Row } from '../rows/row.ts';
import type { ExpectedExecution } from './violation.ts';

type Json = Readonly<Record<string, unknown>>;

const start = Date.parse('2026-11-23T10:00:00Z');

/** An execution that is expected to have left events of the moments. */
export function expected(name: string, ...names: (keyof typeof moments)[]): ExpectedExecution {
  return {
    namespace: 'team',
    name,
    correlationId: `rr-${name}`,
    kinds: names.map((moment): Moment => moments[moment]),
  };
}

/** Writes a trail by hand, an event at a time, a second apart. Rows are called row-1, row-2 and so on. */
export class TrailBuilder {
  private readonly rows: Row[] = [];

  /** An event of a moment of an execution arrives. */
  event(name: string, moment: keyof typeof moments, changes: Json = {}, dataChanges: Json = {}): this {
    const number = this.rows.length + 1;
    const at = new Date(start + number * 1000).toISOString();
    const whose = { resource_id: name, correlation_id: `rr-${name}`, event_timestamp: at };
    const event = anEvent({ ...whose, ...changes }, dataChanges, moments[moment]);
    const previous = this.rows.findLast((row) => row.event.correlation_id === event.correlation_id);
    this.rows.push({ event_id: `row-${number}`, arrived_at: at, hash: hashOf(previous?.hash, event), event });
    return this;
  }

  /** All events of an execution that completes arrive. */
  completed(name: string): this {
    return this.event(name, 'accepted').event(name, 'started').event(name, 'completed');
  }

  build(): Row[] {
    return this.rows;
  }
}
