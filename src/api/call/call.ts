import type { Caller } from '../../auth/caller.ts';

/** One call of the API, as its operations see it, whatever the transport. */
export interface Call {
  /** Who calls; absent where callers are not authenticated (WFE_AUTH=none). */
  readonly caller?: Caller;
  /** In how many milliseconds a stream has to end because its connection does; absent for never. */
  readonly endsInMs?: number;
  /** Aborts when the call ends: the caller goes away, its deadline is over, or the answer is out. */
  readonly signal: AbortSignal;
  /**
   * Asks anew whether the caller may do this, for calls that last.
   *
   * @throws ApiError Unauthenticated, PermissionDenied or Unavailable
   */
  recheck(): Promise<void>;
}
