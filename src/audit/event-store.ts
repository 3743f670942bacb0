import type { AuditEvent, EventIdentity } from './audit-event.ts';

/**
 * What became of events that were handed over.
 * - `recorded`: they are there.
 * - `queued`: they were taken, but are not there yet.
 * - `busy`: none was taken, and none is on its way: they can be sent again.
 * - `refused`: as `busy`, and so it will stay until somebody changes something (rights, address).
 * - `invalid`: as `busy`, and at least one of them will never be taken.
 * - `tooLarge`: as `busy`, they are too many for one request.
 * - `unclear`: they were answered with an error; whether they were taken can be asked.
 * - `unknown`: they were not answered, and may be on their way still.
 */
export type Delivered =
  | { readonly state: 'recorded' | 'queued' }
  | {
      readonly state: 'busy' | 'refused' | 'invalid' | 'tooLarge' | 'unclear' | 'unknown';
      /** A sentence for people. */
      readonly detail: string;
      /** How long the store asks to be left alone, in milliseconds. */
      readonly retryAfterMs?: number;
    };

/** What the store says when it is asked what is there: `busy` and `refused` mean the same as of {@link Delivered}. */
export type Told =
  | { readonly state: 'told'; readonly rows: readonly EventIdentity[] }
  | { readonly state: 'busy' | 'refused'; readonly detail: string; readonly retryAfterMs?: number };

/** Where events go. */
export interface EventStore {
  /** For people, in the log at the start. */
  readonly name: string;
  /** The condition's reason for events that are there. */
  readonly recordedReason: 'Recorded' | 'Logged';
  /** Whether it can tell what is there. When it can not, what may have been sent is sent again. */
  readonly canTell: boolean;
  /**
   * Hands events over, all or none; never rejects.
   *
   * @param uids those of their executions, which events do not tell
   */
  deliver(events: readonly AuditEvent[], uids: readonly string[]): Promise<Delivered>;
  /** The rows of a correlation id; never rejects. */
  rows(correlationId: string): Promise<Told>;
}

/** Injection token of the {@link EventStore}. */
export const EVENT_STORE = Symbol('EventStore');
