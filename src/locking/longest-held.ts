import type { Lease } from '../kubernetes/lease.ts';
import { holderOf } from './lock-lease.ts';
import type { ExecutionId } from './lock-record.ts';

/**
 * How many seconds ago the lock was taken that has been held for the longest time; 0 when none is held. A lock that can not
 * be understood counts: somebody has the target all the same.
 *
 * @param isOver whether an execution is known to need its target no more
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
