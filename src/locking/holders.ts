import type { Cooldown, ExecutionId } from './lock-record.ts';

/**
 * What became of the execution that a lock names, as the API server has it now.
 * - `live`: it exists and has not ended, or something of it still runs.
 * - `ended`: nothing of it runs any more; it may just not have given the target back yet. `cooldown` is what the lock
 *   has to remember of it, when its steps ran and it can still be asked.
 */
export type HolderState = { readonly kind: 'live' } | { readonly kind: 'ended'; readonly cooldown?: Cooldown };

/** Looks after the executions that locks name. */
export interface Holders {
  /** Never from a cache: a target is taken over only on what is true now. */
  inspect(holder: ExecutionId, signal: AbortSignal): Promise<HolderState>;
}

/** Injection token of the {@link Holders}. */
export const HOLDERS = Symbol('Holders');
