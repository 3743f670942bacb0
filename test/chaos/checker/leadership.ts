import { textAt } from '../history/json.ts';
import type { Change } from '../history/change.ts';
import type { Timeline } from './timeline.ts';

/** Leases are renewed every 2/15 of their duration; longer gaps than this fraction do not count as leadership. */
const longestPause = 1 / 6;

/**
 * Seconds of a period in which a leader could work, according to the renewals of its Lease. Neither a frozen leader nor a
 * cluster without API server renews it. Without leader election replicas always work.
 *
 * @param from RFC 3339
 * @param to RFC 3339
 */
export function ledSeconds({ leaderLease, premises }: Timeline, from: string, to: string): number {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  if (leaderLease.length === 0) return Math.max(0, end - start) / 1000;
  const longestMs = premises.leaderLeaseSeconds * longestPause * 1000;
  let ledMs = 0;
  leaderLease.forEach((renewal, index) => {
    const previous = leaderLease[index - 1];
    if (previous === undefined || holderOf(previous) !== holderOf(renewal)) return;
    const [since, until] = [Date.parse(previous.at), Date.parse(renewal.at)];
    if (until - since <= longestMs) ledMs += Math.max(0, Math.min(until, end) - Math.max(since, start));
  });
  return ledMs / 1000;
}

function holderOf({ object, gone }: Change): string | undefined {
  return gone ? undefined : textAt(object, 'spec', 'holderIdentity');
}
