import type { Lease } from '../kubernetes/lease.ts';

/**
 * How many seconds ago the lock was taken that has been held for the longest time; 0 when none is held. A lock that can not
 * be understood counts: somebody has the target all the same.
 */
export function longestHeldSeconds(leases: readonly Lease[], now: Date): number {
  const held = leases.filter(({ spec }) => Boolean(spec.holderIdentity));
  const agesMs = held.map(({ spec }) => now.getTime() - Date.parse(spec.acquireTime ?? ''));
  return agesMs.filter(Number.isFinite).reduce((longest, age) => Math.max(longest, age), 0) / 1_000;
}
