import type { Cooldown, ExecutionId } from './lock-record.ts';

/**
 * What became of the execution that a lock names.
 * - `live`: it exists and has not ended, or something of it still runs.
 * - `ended`: nothing of it runs any more; it may just not have given the target back yet. `cooldown` is what the lock
 *   has to remember of it, when its steps ran and it can still be asked.
 */
export type LockHolderState = { readonly kind: 'live' } | { readonly kind: 'ended'; readonly cooldown?: Cooldown };

/** Looks after the executions that locks name. */
export interface LockHolders {
  /** What the watch has seen, where that can not be otherwise any more: a phase that is the last is never left. */
  cached(holder: ExecutionId): LockHolderState;
  /** What is true now: a target is taken over from one that may still run on nothing else. */
  live(holder: ExecutionId, signal: AbortSignal): Promise<LockHolderState>;
}

/**
 * What the executions on a target say, whatever its lock says: the Lease may have been deleted, or be missing after a
 * restore.
 */
export interface TargetEvidence {
  /** What cools down there, as far as the executions still exist. */
  readonly cooldowns: readonly Cooldown[];
  /** An execution other than the claimant that has started there and not ended. */
  occupant(): Promise<ExecutionId | undefined>;
}

/** Injection token of the {@link LockHolders}. */
export const LOCK_HOLDERS = Symbol('LockHolders');
