import type { EventKind } from './audit-event.ts';
import type { DueEvent } from './due-events.ts';
import { Lanes } from './lanes.ts';

/** How an event stands that is on its way. */
export type ItemState =
  /** It is to be sent. */
  | 'due'
  | 'sending'
  /** It may have been sent by a process before this one, or in a request that was never answered, and may still arrive. */
  | 'unsure'
  /** It was answered with an error: the store can tell whether it has it. */
  | 'unclear'
  /** It was taken, and is not known to be there. */
  | 'queued';

/** How an event stands that is done with. */
export type FinalState = 'recorded' | 'refused' | 'notConfirmed' | 'tooOld' | 'abandoned';

/** How an event came out, and why. */
export interface Final {
  readonly state: FinalState;
  /** A sentence for people; may be empty. */
  readonly detail: string;
}

/** An event on its way. Times are milliseconds of the clock's elapsed time. */
export interface Item {
  readonly uid: string;
  readonly due: DueEvent;
  /** Events of one correlation id arrive in order. */
  readonly correlationId: string;
  state: ItemState;
  /** When the store is asked for it next; only for states that have to be asked about. */
  lookAtMs: number;
  /** When the store has said last that it is not there; undefined when it has not said so since it last failed to answer. */
  missedAtMs?: number;
  /** For how long the store has said so, without the time in which it failed to answer. */
  missedForMs: number;
  misses: number;
}

/** An execution, as far as the outbox has to know it. */
export interface Admission {
  readonly uid: string;
  readonly correlationId: string;
  /** What it has come to, oldest first. */
  readonly due: readonly DueEvent[];
}

/** How long is waited for what may be there, in milliseconds in which the store has said that it is not. */
export interface Patience {
  /** After so long without an interruption an event that may have been sent counts as never sent. */
  readonly settleMs: number;
  /** After so long in all one that was queued counts as lost by the store. */
  readonly confirmMs: number;
}

/** The first and the longest time between looks for an event that was queued, in milliseconds. */
const firstLookMs = 5_000;
const longestLookMs = 60_000;

/** What is known of the events of one execution. */
interface Entry {
  readonly items: Map<EventKind, Item>;
  readonly finals: Map<EventKind, Final>;
}

/**
 * The events that are not known to be recorded, in memory: what is to be sent next, and what is to be asked for. It holds
 * no bodies, which are made of the resources when they are sent.
 */
export class Outbox {
  private readonly entries = new Map<string, Entry>();
  private readonly lanes = new Lanes();

  constructor(private readonly patience: Patience) {}

  /** How many events are on their way. */
  get pending(): number {
    return this.lanes.size;
  }

  /** How many executions are remembered. */
  get size(): number {
    return this.entries.size;
  }

  /** When the oldest event on its way happened (RFC 3339). */
  get oldest(): string | undefined {
    return this.lanes.oldest;
  }

  has(uid: string): boolean {
    return this.entries.has(uid);
  }

  /**
   * Takes in the events that an execution has come to and that are not known yet.
   *
   * @param state `unsure` for what another process may have sent
   * @returns whether there were any
   */
  admit({ uid, correlationId, due }: Admission, state: 'due' | 'unsure', nowMs: number): boolean {
    const entry = this.entries.get(uid) ?? { items: new Map(), finals: new Map() };
    this.entries.set(uid, entry);
    const fresh = due.filter(({ kind }) => !entry.items.has(kind) && !entry.finals.has(kind));
    for (const event of fresh) {
      const item: Item = { uid, due: event, correlationId, state, lookAtMs: nowMs, missedForMs: 0, misses: 0 };
      entry.items.set(event.kind, item);
      this.lanes.add(item);
    }
    return fresh.length > 0;
  }

  /** The next events to be sent, in the order of each correlation id; one that is not settled holds up those after it. */
  nextBatch(limit: number): Item[] {
    return this.lanes.heads((item) => item.state === 'due', limit);
  }

  /** The next events to be asked for, at most so many: the others of their correlation ids wait for them. */
  nextLooks(nowMs: number, limit: number): Item[] {
    return this.lanes
      .heads(isAskedAbout, Infinity)
      .filter(({ lookAtMs }) => lookAtMs <= nowMs)
      .slice(0, limit);
  }

  /** When there is something to ask for again; undefined when there is nothing. */
  nextLookAtMs(): number | undefined {
    const looks = this.lanes.heads(isAskedAbout, Infinity);
    return looks.length === 0 ? undefined : looks.reduce((least, { lookAtMs }) => Math.min(least, lookAtMs), Infinity);
  }

  /** Notes how an event stands. */
  move(item: Item, state: ItemState, nowMs: number): void {
    Object.assign(item, {
      state,
      misses: 0,
      missedAtMs: undefined,
      missedForMs: 0,
      lookAtMs: state === 'queued' ? nowMs + Math.min(firstLookMs, this.patience.confirmMs) : nowMs,
    });
  }

  /**
   * Notes that the store could not be asked. What may have been sent and is not there now may be behind what the store has
   * yet to catch up with, so that waiting for it begins anew. What was queued is waited for in all: a store that fails to
   * answer now and then would never be told to have lost it.
   */
  notAsked(item: Item): void {
    item.missedAtMs = undefined;
    if (item.state !== 'queued') item.missedForMs = 0;
  }

  /**
   * Notes that an event was asked for and is not there.
   *
   * @returns whether it is given up
   */
  missed(item: Item, nowMs: number): boolean {
    const { settleMs, confirmMs } = this.patience;
    item.missedForMs += nowMs - (item.missedAtMs ?? nowMs);
    item.missedAtMs = nowMs;
    item.misses += 1;
    if (item.state === 'queued') {
      const pauseMs = Math.min(longestLookMs, firstLookMs * 2 ** item.misses);
      item.lookAtMs = nowMs + Math.min(pauseMs, confirmMs - item.missedForMs);
      return item.missedForMs >= confirmMs;
    }
    if (item.state === 'unclear' || item.missedForMs >= settleMs) this.move(item, 'due', nowMs);
    else item.lookAtMs = nowMs + settleMs - item.missedForMs;
    return false;
  }

  /** Notes that nothing is to be done for an event any more. */
  finish(item: Item, state: FinalState, detail = ''): void {
    const entry = this.entries.get(item.uid);
    entry?.items.delete(item.due.kind);
    entry?.finals.set(item.due.kind, { state, detail });
    this.lanes.remove(item);
  }

  /** The events of an execution that are on their way. */
  unfinished(uid: string): readonly Item[] {
    return [...(this.entries.get(uid)?.items.values() ?? [])];
  }

  /** How the events of an execution came out that are done with. */
  finals(uid: string): ReadonlyMap<EventKind, Final> {
    return this.entries.get(uid)?.finals ?? new Map<EventKind, Final>();
  }

  /** Forgets an execution, with what is on its way of it. */
  forget(uid: string): void {
    for (const item of this.unfinished(uid)) this.lanes.remove(item);
    this.entries.delete(uid);
  }
}

function isAskedAbout({ state }: Item): boolean {
  return state === 'unsure' || state === 'unclear' || state === 'queued';
}
