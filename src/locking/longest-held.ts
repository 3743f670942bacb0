import type { Lease } from '../kubernetes/lease.ts';
import { holderOf } from './lock-lease.ts';
import type { ExecutionId } from './lock-record.ts';

/**
 * Age of the lock that has been held longest, in seconds; 0 if none is held. A lock that cannot be parsed counts as held.
 *
 * @param isOver whether an execution is known to have ended
 */
export function longestHeldSeconds(
  leases: readonly Lease[],
  isOver: (holder: ExecutionId) => boolean,
  now: Date,
): number {
  const held = leases.filter((lease) => {
    const holder = holderOf(lease);
    return holder === 'unreadable' || (holder !== undefined && !isOver(holder));
  });
  const agesMs = held.map(({ spec }) => now.getTime() - Date.parse(spec.acquireTime ?? ''));
  return agesMs.filter(Number.isFinite).reduce((longest, age) => Math.max(longest, age), 0) / 1_000;
}
