import { describe, expect, it } from '@jest/globals';
import { leaseResource } from '../../../src/kubernetes/lease.ts';
import { leaderLeaseName } from '../../../src/reconciler/leadership.ts';
import type { FaultProxy } from '../support/fault-proxy.ts';
import { ReconcilerFixture } from './fixture.ts';
import { skippingWorkflow } from './workflows.ts';

// No test waits until a lease expires: a busy machine could make the leader lose it as well. The unit tests of the
// elector have a clock of their own for that.
const leaderElection = true;

describe('of two replicas that start together', () => {
  it.concurrent('one reconciles, and the other continues as soon as that one has stopped', async () => {
    await using fixture = await new ReconcilerFixture().open();
    const proxies = [fixture.proxy, await fixture.openProxy()];
    const replicas = await Promise.all(proxies.map((proxy) => fixture.startReconciler({ leaderElection }, proxy)));
    await fixture.execute('one', skippingWorkflow);
    await fixture.phase('one', 'Completed');
    const [leader, follower] = creations(proxies[0]) === 1 ? [0, 1] : [1, 0];
    expect(proxies.map(creations).toSorted()).toEqual([0, 1]);
    const first = await leaderLease(fixture);

    await replicas[leader]?.stop();
    await fixture.execute('two', skippingWorkflow);
    await fixture.phase('two', 'Completed');

    expect(creations(proxies[follower])).toBe(1);
    const second = await leaderLease(fixture);
    expect(second.spec.holderIdentity).not.toBe(first.spec.holderIdentity);
    expect(second.spec.leaseTransitions).toBe(1);
  });
});

describe('a leader whose lease somebody else has taken', () => {
  it.concurrent('ends its process and writes nothing any more', async () => {
    await using fixture = await new ReconcilerFixture().open();
    const first = await fixture.startReconciler({ leaderElection });
    await fixture.execute('one', skippingWorkflow);
    await fixture.phase('one', 'Completed');

    await hold(fixture, 'somebody else');
    await expect(first.ended).resolves.toContain('the lease of the leader is lost');
    const before = fixture.proxy.seen({ method: 'POST' }).length;

    const otherProxy = await fixture.openProxy();
    await fixture.startReconciler({ leaderElection }, otherProxy);
    await hold(fixture, '');
    await fixture.execute('two', skippingWorkflow);
    await fixture.phase('two', 'Completed');
    expect(creations(otherProxy)).toBe(1);
    expect(fixture.proxy.seen({ method: 'POST' })).toHaveLength(before);
  });
});

/** PipelineRuns that were created through a proxy. */
function creations(proxy: FaultProxy | undefined): number {
  return proxy?.seen({ method: 'POST', path: '/pipelineruns' }).length ?? 0;
}

function leaderLease({ client, namespace }: ReconcilerFixture) {
  return client.get(leaseResource, { namespace, name: leaderLeaseName });
}

/** Writes a holder into the lease of the leader. */
async function hold({ client, namespace }: ReconcilerFixture, holderIdentity: string): Promise<void> {
  await client.patch(leaseResource, { namespace, name: leaderLeaseName }, { spec: { holderIdentity } });
}
