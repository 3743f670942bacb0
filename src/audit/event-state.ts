/** How long a missing event is waited for, in milliseconds in which data storage has answered queries. */
export interface DeliveryTimeouts {
  /** An event in doubt that is missing for so long, without a failed query, was never sent. */
  readonly settleMs: number;
  /** An accepted event that is missing for so long in total was lost by data storage. */
  readonly confirmMs: number;
}

/** An event that data storage may have: it is queried. Times are milliseconds of the clock's elapsed time. */
export interface Unverified {
  /**
   * - `inDoubt`: it may have been sent by an earlier process, or in a request without an answer, and may still arrive.
   * - `failed`: data storage answered with an error; nothing is in flight.
   * - `accepted`: data storage has queued it (HTTP 202).
   */
  readonly state: 'inDoubt' | 'failed' | 'accepted';
  /** Time of the next query. */
  readonly recheckAtMs: number;
  /** For how long queries have not found it, without the time in which queries failed. */
  readonly missingForMs: number;
  /** When the last query has not found it; undefined if that query failed. */
  readonly notFoundAtMs?: number;
}

/** Why an event is not recorded and never will be. */
export const lossReasons = ['refused', 'notConfirmed', 'tooOld', 'abandoned'] as const;

/** One of {@link lossReasons}. */
export type LossReason = (typeof lossReasons)[number];

/** An event that needs no more work. */
export interface Final {
  readonly state: 'recorded' | LossReason;
  /** Human-readable; may be empty. */
  readonly detail: string;
}

/** The delivery state of an event. */
export type EventState = { readonly state: 'pending' } | Unverified | Final;

/** The first and the longest time between queries for an accepted event, in milliseconds. */
const firstRecheckMs = 5_000;
const longestRecheckMs = 60_000;

export const pending: EventState = { state: 'pending' };

export const recorded: Final = { state: 'recorded', detail: '' };

/** An event to be queried: immediately, unless data storage has queued it. */
export function unverified(state: Unverified['state'], nowMs: number, { confirmMs }: DeliveryTimeouts): Unverified {
  const delayMs = state === 'accepted' ? Math.min(firstRecheckMs, confirmMs) : 0;
  return { state, recheckAtMs: nowMs + delayMs, missingForMs: 0 };
}

/** The state of an event that a query has not found. */
export function notFound(event: Unverified, nowMs: number, { settleMs, confirmMs }: DeliveryTimeouts): EventState {
  const missingForMs = event.missingForMs + nowMs - (event.notFoundAtMs ?? nowMs);
  const recheckIn = (ms: number) => ({ ...event, recheckAtMs: nowMs + ms, missingForMs, notFoundAtMs: nowMs });
  switch (event.state) {
    case 'failed':
      return pending;
    case 'inDoubt':
      return missingForMs >= settleMs ? pending : recheckIn(settleMs - missingForMs);
    case 'accepted': {
      if (missingForMs >= confirmMs) return { state: 'notConfirmed', detail: '' };
      const pauseMs = Math.min(longestRecheckMs, Math.max(firstRecheckMs, missingForMs));
      return recheckIn(Math.min(pauseMs, confirmMs - missingForMs));
    }
  }
}

/**
 * The state of an event whose query failed. Data storage may have to catch up, so an event in doubt has to be missing for
 * the whole settle time again. The time of an accepted event continues: otherwise its loss would never be noticed while
 * queries fail now and then.
 */
export function notVerified(event: Unverified): Unverified {
  return { ...event, missingForMs: event.state === 'accepted' ? event.missingForMs : 0, notFoundAtMs: undefined };
}

/** Whether an event has to be queried. */
export function isUnverified(state: EventState): state is Unverified {
  return state.state === 'inDoubt' || state.state === 'failed' || state.state === 'accepted';
}

/** Whether an event needs no more work. */
export function isFinal(state: EventState): state is Final {
  return state.state !== 'pending' && !isUnverified(state);
}
