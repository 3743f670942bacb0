import { textAt } from '../history/json.ts';
import type { Change } from '../history/change.ts';
import type { Timeline } from './timeline.ts';

/** Renewals come every 2/15 of the lease; what lies between two that are further apart than this part of it does not count. */
const longestPause = 1 / 6;

/**
 * How many seconds of a period a leader was there and could work, as the renewals of its Lease tell. A frozen leader renews
 * nothing, and neither does anybody while the API server is away. Without leader election every replica works always.
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
