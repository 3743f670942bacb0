import { join } from 'node:path';
import type { Clock } from '../../../src/kubernetes/clock.ts';
import { recordOf, stringOf } from '../../../src/kubernetes/json.ts';
import type { AuditEvent } from '../contract/audit-event.ts';
import { readAsService } from '../contract/validate.ts';
import { Database, fits } from './database.ts';
import type { Identified } from './database.ts';
import { JsonLines } from './json-lines.ts';

/** The result of storing events. */
export type StoreResult =
  | { readonly kind: 'stored'; readonly ids: readonly string[] }
  | { readonly kind: 'queued' }
  | { readonly kind: 'refused' };

/** What a storage depends on. */
export interface StorageOptions {
  /** Directory of the files; it has to exist. */
  readonly directory: string;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Milliseconds until queued events are stored, once the database is available. */
  readonly storeAfterMs: number;
}

/** Queued events are stored by {@link Storage.storeQueued} only. */
export const untilCalled = Infinity;

/** The database, and the queue for when it is unavailable. Both are persistent. */
export class Storage {
  private readonly options: StorageOptions;
  private readonly database: Database;
  private readonly queueFile: JsonLines;
  private waiting: Identified[];
  private readonly timers = new Set<() => void>();
  private isDatabaseAway = false;
  private isQueueAway = false;

  constructor(options: StorageOptions) {
    this.options = options;
    this.database = new Database(options.directory);
    this.queueFile = new JsonLines(join(options.directory, 'queue.jsonl'));
    const stored = new Set(this.rows.map(({ event_id }) => event_id));
    this.waiting = this.queueFile.before.map(parseQueued).filter(({ event_id }) => !stored.has(event_id));
    this.storeLater(options.storeAfterMs);
  }

  get rows() {
    return this.database.rows;
  }

  /** The accepted events that are not stored, including those that never will be. */
  get queued(): readonly AuditEvent[] {
    return this.waiting.map(({ event }) => event);
  }

  get databaseIsAway(): boolean {
    return this.isDatabaseAway;
  }

  /** Stores or queues all events, or none. */
  store(events: readonly AuditEvent[]): StoreResult {
    if (this.isDatabaseAway) return this.queue(events, untilCalled);
    if (!events.every(fits)) return this.queue(events, this.options.storeAfterMs);
    const identified = this.identify(events);
    this.database.insert(identified, this.options.clock.now());
    return { kind: 'stored', ids: identified.map(({ event_id }) => event_id) };
  }

  /**
   * Queues events, even if the database is available.
   *
   * @param storeAfterMs milliseconds until they are stored, or {@link untilCalled}
   */
  queue(events: readonly AuditEvent[], storeAfterMs: number): StoreResult {
    if (this.isQueueAway) return { kind: 'refused' };
    const identified = this.identify(events);
    this.queueFile.append(identified);
    this.waiting.push(...identified);
    this.storeLater(storeAfterMs, new Set(identified));
    return { kind: 'queued' };
  }

  /** Stores queued events that fit, in the order of their arrival, unless the database is unavailable. */
  storeQueued(among: ReadonlySet<Identified> = new Set(this.waiting)): void {
    if (this.isDatabaseAway) return;
    const stored = this.waiting.filter((queued) => among.has(queued) && fits(queued.event));
    if (stored.length === 0) return;
    this.database.insert(stored, this.options.clock.now());
    const done = new Set(stored);
    this.waiting = this.waiting.filter((queued) => !done.has(queued));
  }

  /** Makes the database or the queue unavailable or available. Queued events are stored some time later. */
  set({ database, queue }: { readonly database?: 'away' | 'back'; readonly queue?: 'away' | 'back' }): void {
    if (queue !== undefined) this.isQueueAway = queue === 'away';
    if (database === undefined) return;
    this.isDatabaseAway = database === 'away';
    if (database === 'back') this.storeLater(this.options.storeAfterMs);
  }

  close(): void {
    for (const cancel of this.timers) cancel();
    this.database.close();
    this.queueFile.close();
  }

  private identify(events: readonly AuditEvent[]): readonly Identified[] {
    return events.map((event) => ({ event_id: this.options.newId(), event }));
  }

  private storeLater(ms: number, among?: ReadonlySet<Identified>): void {
    if (ms === untilCalled || this.waiting.length === 0) return;
    const cancel = this.options.clock.setTimer(ms, () => {
      this.timers.delete(cancel);
      this.storeQueued(among);
    });
    this.timers.add(cancel);
  }
}

function parseQueued(value: unknown, index: number): Identified {
  const { event_id: id, event } = recordOf(value);
  const read = readAsService(event);
  const eventId = stringOf(id);
  if (eventId === undefined || 'faults' in read) throw new Error(`line ${index + 1} of the queue is not an event`);
  return { event_id: eventId, event: read.event };
}
