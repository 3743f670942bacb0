import type { Cooldown, ExecutionId } from './lock-record.ts';

/**
 * The state of the execution that holds a lock.
 * - `live`: it exists and has not ended, or something of it still runs.
 * - `ended`: nothing of it runs any more, although it may not have released the lock. `cooldown` is set if its steps ran and
 *   it still exists.
 */
export type LockHolderState = { readonly kind: 'live' } | { readonly kind: 'ended'; readonly cooldown?: Cooldown };

/** Finds the state of lock holders. */
export interface LockHolders {
  /** From the cache: `ended` is certain, because terminal phases are final; `live` may be outdated. */
  cached(holder: ExecutionId): LockHolderState;
  /** From the API server: a lock is taken from a holder only on this evidence or a cached end. */
  live(holder: ExecutionId, signal: AbortSignal): Promise<LockHolderState>;
}

/** What the executions on a target show, independent of its lock: the Lease may be deleted, or missing after a restore. */
export interface TargetEvidence {
  /** Cooldowns of executions that still exist. */
  readonly cooldowns: readonly Cooldown[];
  /** An execution other than the claimant that has started and not ended. */
  occupant(): Promise<ExecutionId | undefined>;
}

/** Injection token of the {@link LockHolders}. */
export const LOCK_HOLDERS = Symbol('LockHolders');
