import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { leaseResource } from '../../../src/kubernetes/lease.ts';
import { leaderLeaseName } from '../../../src/reconciler/leadership.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { drop } from '../support/faults.ts';
import { serviceCluster } from '../support/cluster.ts';
import { startReconciler } from './running-reconciler.ts';
import { Stage } from './stage.ts';
import { skippingWorkflow } from './workflows.ts';

const settings = { leaderElection: true, leaderLeaseMs: 3_000 };

let stage: Stage;
let otherProxy: FaultProxy;

beforeEach(async () => {
  stage = await new Stage().open();
  otherProxy = await new FaultProxy(serviceCluster()).listen();
});

afterEach(async () => {
  await stage.close();
  await otherProxy.close();
});

describe('of two replicas', () => {
  it('one reconciles, and when it is stopped the other goes on at once', async () => {
    const first = await stage.startReconciler(settings);
    await stage.execute('one', skippingWorkflow);
    await stage.phase('one', 'Completed');
    const leader = await holder();

    const second = await startReconciler(otherProxy.kubeConfig(), stage.namespace, settings);
    await stage.execute('two', skippingWorkflow);
    await stage.phase('two', 'Completed');
    expect(otherProxy.seen({ method: 'POST', path: '/pipelineruns' })).toEqual([]);
    await expect(holder()).resolves.toBe(leader);

    await first.stop();
    await stage.execute('three', skippingWorkflow);
    await stage.phase('three', 'Completed');
    expect(otherProxy.seen({ method: 'POST', path: '/pipelineruns' })).toHaveLength(1);
    await expect(holder()).resolves.not.toBe(leader);
    await second.stop();
  });

  it('the one that is cut off wants to end, and writes nothing any more, before the other goes on', async () => {
    const first = await stage.startReconciler(settings);
    await stage.execute('one', skippingWorkflow);
    await stage.phase('one', 'Completed');
    const second = await startReconciler(otherProxy.kubeConfig(), stage.namespace, settings);

    stage.proxy.inject({ path: `/leases/${leaderLeaseName}` }, drop());
    await expect(first.ended).resolves.toContain('the lease of the leader is lost');
    const before = stage.proxy.seen({ method: 'POST' }).length;

    await stage.execute('two', skippingWorkflow);
    await stage.phase('two', 'Completed');
    expect(otherProxy.seen({ method: 'POST', path: '/pipelineruns' })).toHaveLength(1);
    expect(stage.proxy.seen({ method: 'POST' })).toHaveLength(before);
    await second.stop();
  });
});

async function holder(): Promise<string | undefined> {
  const lease = await stage.client.get(leaseResource, { namespace: stage.namespace, name: leaderLeaseName });
  return lease.spec.holderIdentity;
}
