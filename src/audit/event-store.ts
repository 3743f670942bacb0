import type { AuditEvent, EventIdentity } from './audit-event.ts';

/**
 * A request that has to be repeated.
 * - `busy`: nothing was stored, and nothing is in flight.
 * - `refused`: as `busy`, until rights, token or address are changed.
 * - `failed`: answered with an error; a query shows whether the event was stored.
 * - `unknown`: not answered; the event may still be in flight.
 */
export interface RequestFailure {
  readonly state: 'busy' | 'refused' | 'failed' | 'unknown';
  /** Human-readable. */
  readonly detail: string;
  /** How long the store asks not to be called, in milliseconds. */
  readonly retryAfterMs?: number;
}

/**
 * The result of sending an event.
 * - `recorded`: it is stored.
 * - `accepted`: it is queued by the store, but not stored yet.
 * - `invalid`: it is not stored and never will be.
 */
export type IngestResult =
  { readonly state: 'recorded' | 'accepted' } | { readonly state: 'invalid'; readonly detail: string } | RequestFailure;

/** The result of a query. */
export type QueryResult = { readonly state: 'found'; readonly rows: readonly EventIdentity[] } | RequestFailure;

/** Where events go. */
export interface EventStore {
  /** Human-readable, for the log at startup. */
  readonly name: string;
  /** The reason of the condition AuditRecorded once all events are stored. */
  readonly recordedReason: 'Recorded' | 'Logged';
  /** Whether stored events can be queried. If not, events that may have been sent before are sent again. */
  readonly queryable: boolean;
  /**
   * Sends an event; never rejects.
   *
   * @param uid the UID of its execution, which the event does not have
   */
  ingest(event: AuditEvent, uid: string): Promise<IngestResult>;
  /** Returns the stored events of a correlation id; never rejects. */
  query(correlationId: string): Promise<QueryResult>;
}

/** Injection token of the {@link EventStore}. */
export const EVENT_STORE = Symbol('EventStore');
