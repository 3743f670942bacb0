import { join } from 'node:path';
import type { Clock } from '../../../src/kubernetes/clock.ts';
import { recordOf, stringOf } from '../../../src/kubernetes/json.ts';
import type { AuditEvent } from '../contract/audit-event.ts';
import { readAsService } from '../contract/validate.ts';
import { Database, fits } from './database.ts';
import type { Identified } from './database.ts';
import { JsonLines } from './json-lines.ts';

/** What has become of events that were to be stored. */
export type Taken =
  | { readonly kind: 'stored'; readonly ids: readonly string[] }
  | { readonly kind: 'queued' }
  | { readonly kind: 'refused' };

/** What a storage depends on. */
export interface StorageOptions {
  /** Where the files are; it has to exist. */
  readonly directory: string;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Milliseconds until what was queued is stored, once the database is there. */
  readonly landingMs: number;
}

/** Leaves it to {@link Storage.land} when queued events are stored. */
export const untilTold = Infinity;

/** The database, and the queue in front of it for when it is away. Both outlive the process. */
export class Storage {
  readonly #options: StorageOptions;
  readonly #database: Database;
  readonly #queueFile: JsonLines;
  #waiting: Identified[];
  readonly #timers = new Set<() => void>();
  #databaseIsAway = false;
  #queueIsAway = false;

  constructor(options: StorageOptions) {
    this.#options = options;
    this.#database = new Database(options.directory);
    this.#queueFile = new JsonLines(join(options.directory, 'queue.jsonl'));
    const stored = new Set(this.rows.map(({ event_id }) => event_id));
    this.#waiting = this.#queueFile.before.map(parseQueued).filter(({ event_id }) => !stored.has(event_id));
    this.#landLater(options.landingMs);
  }

  get rows() {
    return this.#database.rows;
  }

  /** The events that are taken and not stored, those that never will be included. */
  get queued(): readonly AuditEvent[] {
    return this.#waiting.map(({ event }) => event);
  }

  get databaseIsAway(): boolean {
    return this.#databaseIsAway;
  }

  /** Takes all of the events or none. */
  take(events: readonly AuditEvent[]): Taken {
    if (this.#databaseIsAway) return this.queue(events, untilTold);
    if (!events.every(fits)) return this.queue(events, this.#options.landingMs);
    const identified = this.#identify(events);
    this.#database.insert(identified, this.#options.clock.now());
    return { kind: 'stored', ids: identified.map(({ event_id }) => event_id) };
  }

  /**
   * Queues events though the database may be there.
   *
   * @param landingMs milliseconds until they are stored, or {@link untilTold}
   */
  queue(events: readonly AuditEvent[], landingMs: number): Taken {
    if (this.#queueIsAway) return { kind: 'refused' };
    const identified = this.#identify(events);
    this.#queueFile.append(identified);
    this.#waiting.push(...identified);
    this.#landLater(landingMs, new Set(identified));
    return { kind: 'queued' };
  }

  /** Stores what is queued and fits, in the order of its arrival, unless the database is away. */
  land(among: ReadonlySet<Identified> = new Set(this.#waiting)): void {
    if (this.#databaseIsAway) return;
    const landing = this.#waiting.filter((queued) => among.has(queued) && fits(queued.event));
    if (landing.length === 0) return;
    this.#database.insert(landing, this.#options.clock.now());
    const landed = new Set(landing);
    this.#waiting = this.#waiting.filter((queued) => !landed.has(queued));
  }

  /** Takes parts of the service away, or brings them back. What was queued meanwhile is stored a while after. */
  set({ database, queue }: { readonly database?: 'away' | 'back'; readonly queue?: 'away' | 'back' }): void {
    if (queue !== undefined) this.#queueIsAway = queue === 'away';
    if (database === undefined) return;
    this.#databaseIsAway = database === 'away';
    if (database === 'back') this.#landLater(this.#options.landingMs);
  }

  close(): void {
    for (const cancel of this.#timers) cancel();
    this.#database.close();
    this.#queueFile.close();
  }

  #identify(events: readonly AuditEvent[]): readonly Identified[] {
    return events.map((event) => ({ event_id: this.#options.newId(), event }));
  }

  #landLater(ms: number, among?: ReadonlySet<Identified>): void {
    if (ms === untilTold || this.#waiting.length === 0) return;
    const cancel = this.#options.clock.setTimer(ms, () => {
      this.#timers.delete(cancel);
      this.land(among);
    });
    this.#timers.add(cancel);
  }
}

function parseQueued(value: unknown, index: number): Identified {
  const { event_id: id, event } = recordOf(value);
  const read = readAsService(event);
  const eventId = stringOf(id);
  if (eventId === undefined || 'faults' in read) throw new Error(`line ${index + 1} of the queue is not an event`);
  return { event_id: eventId, event: read.event };
}
