import { describe, expect, it } from '@jest/globals';
import type { Lease, LeaseSpec } from '../kubernetes/lease.ts';
import { lockPatch, longestHeldSeconds, newLock } from './lock-lease.ts';
import { unusedLock, type ExecutionId } from './lock-record.ts';

const now = new Date('2026-01-02T03:04:05Z');
const noneHasEnded = () => false;
const secondsAgo = (seconds: number) => new Date(now.getTime() - seconds * 1_000);
const holder = { namespace: 'payment', name: 'first', uid: 'uid-1' };

const aLock = (spec: LeaseSpec): Lease => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: {
    name: 'wfe-target',
    namespace: 'kubernaut-system',
    uid: 'uid',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
  spec,
});
const takenAgo = (seconds: number) =>
  aLock(newLock('kubernaut-system', 'node/a', { holder, cooldowns: [] }, secondsAgo(seconds)).spec);

describe('how long a lock has been held', () => {
  it('does not count a lock whose execution has ended', () => {
    const isOver = ({ uid }: ExecutionId) => uid === holder.uid;
    expect(longestHeldSeconds([takenAgo(60)], isOver, now)).toBe(0);
  });

  it('is the age of the lock that has been held longest', () => {
    expect(longestHeldSeconds([takenAgo(60), takenAgo(7_200), takenAgo(5)], noneHasEnded, now)).toBe(7_200);
  });

  it('counts a holder that cannot be parsed', () => {
    const broken = { ...takenAgo(90).spec, holderIdentity: 'somebody' };
    expect(longestHeldSeconds([aLock(broken)], () => true, now)).toBe(90);
  });

  it.each([
    ['there are no locks', []],
    ['the lock was released', [aLock(givenBack())]],
    ['it has no holder but an acquire time', [aLock({ acquireTime: takenAgo(60).spec.acquireTime })]],
    ['it has no acquire time', [aLock({ holderIdentity: 'a/b/c' })]],
    ['its acquire time is invalid', [aLock({ holderIdentity: 'a/b/c', acquireTime: 'long ago' })]],
    ['the clock of the replica that took it is ahead', [takenAgo(-5)]],
  ])('is 0 when %s', (_case, leases) => {
    expect(longestHeldSeconds(leases, noneHasEnded, now)).toBe(0);
  });
});

/** The spec of a Lease after the patch that releases the lock. */
function givenBack(): LeaseSpec {
  const patch: { spec?: Record<string, unknown> } = lockPatch(takenAgo(60), unusedLock, now);
  return Object.fromEntries(Object.entries(patch.spec ?? {}).filter(([, value]) => value !== null));
}
