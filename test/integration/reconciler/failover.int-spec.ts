import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/config/config.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { leaseResource, type Lease } from '../../../src/kubernetes/lease.ts';
import { installationLeaseName, leaderLeaseName } from '../../../src/reconciler/installation.ts';
import { pipelineRunResource } from '../../../src/tekton/pipeline-run.ts';
import type { FaultProxy } from '../support/fault-proxy.ts';
import { waitFor } from '../../support/wait-for.ts';
import { reset } from '../support/faults.ts';
import { sharedCluster } from '../support/cluster.ts';
import { createNamespace } from '../support/namespace.ts';
import { letServiceClaimCluster } from '../support/service-rights.ts';
import { inTime, until } from '../../support/until.ts';
import { crashAfter } from './crash.ts';
import { eventsAbout, eventsUntil } from './events.ts';
import { ReconcilerFixture } from './fixture.ts';
import { skippingWorkflow, waitingWorkflow } from './workflows.ts';

// Every crash has a namespace of its own: the next process takes over whatever it finds there.

describe('when the process dies', () => {
  // The finalizer, the lock, the PipelineRun, and up to three statuses.
  it.concurrent.each([1, 2, 3, 4, 5, 6])(
    'after %i writes of an execution, the next one completes it',
    async (writes) => {
      await using fixture = await new ReconcilerFixture().open();
      const crash = crashAfter(fixture.proxy, writes);
      const first = await fixture.startReconciler();
      await fixture.execute('wfe', skippingWorkflow);
      const completed = fixture.phase('wfe', 'Completed');
      await Promise.race([crash.happened, completed]);
      await first.stop();
      crash.over();

      await fixture.startReconciler();

      const { status } = await completed;
      const runs = await fixture.pipelineRuns('wfe');
      expect(runs.map(({ metadata }) => metadata.uid)).toEqual([status?.pipelineRunRef?.uid]);
    },
  );

  // The finalizer and the deletion of the PipelineRun, the lock, and the finalizer.
  it.concurrent.each([1, 2, 3, 4])('after %i writes of a deletion, the next one completes it', async (writes) => {
    await using fixture = await new ReconcilerFixture().open();
    const first = await fixture.startReconciler();
    await fixture.execute('wfe', waitingWorkflow);
    const { status } = await fixture.phase('wfe', 'Running');
    await fixture.startedRun('wfe');
    const crash = crashAfter(fixture.proxy, writes);
    await fixture.delete('wfe');
    await inTime('the process has died', crash.happened);
    await first.stop();
    crash.over();

    await fixture.startReconciler();

    await fixture.gone('wfe');
    const { items } = await fixture.client.list(pipelineRunResource, { namespace: fixture.namespace });
    expect(items.map(({ metadata }) => metadata.name)).not.toContain(status?.pipelineRunRef?.name);
  });

  it.concurrent('before it recorded the PipelineRuns it created, the next one adopts and cancels them', async () => {
    await using fixture = await diedBeforeRunning('adopted', 'cancelled');
    await expect(eventsAbout(fixture.client, fixture.namespace, 'adopted')).resolves.toEqual([]);
    const before = await fixture.pipelineRun('adopted');
    await fixture.cancel('cancelled');

    await fixture.startReconciler();

    const adopted = await fixture.phase('adopted', 'Running');
    expect(adopted.status?.pipelineRunRef?.uid).toBe(before.metadata.uid);
    await expect(fixture.pipelineRuns('adopted')).resolves.toHaveLength(1);
    const events = await eventsUntil(fixture.client, fixture.namespace, 'adopted', 'PipelineRunAdopted');
    expect(events.map(({ reason }) => reason)).not.toContain('PipelineRunCreated');
    await fixture.endCancelledTask('cancelled');
    const { status } = await fixture.phase('cancelled', 'Failed');
    expect(status).toMatchObject({ failure: { reason: 'Cancelled' } });
    expect(status?.pipelineRunRef).toBeDefined();
  });

  it.concurrent('and its policy becomes stricter, the next one still follows running executions', async () => {
    await using fixture = await diedBeforeRunning('wfe');
    const run = await fixture.pipelineRun('wfe');

    const { allowedBundles } = loadConfig({ WFE_ALLOWED_BUNDLES: 'quay.io/kubernaut/*' });
    await fixture.startReconciler({ allowedBundles });

    const { status } = await fixture.phase('wfe', 'Running');
    expect(status?.pipelineRunRef?.uid).toBe(run.metadata.uid);
    await fixture.completeTask('wfe');
    await fixture.phase('wfe', 'Completed');
  });
});

// No test waits for a Lease to expire: on a busy machine the leader could lose it, too. Expiry is in the unit tests of the
// elector, which have a fake clock.
describe('leader election', () => {
  const leaderElection = true;

  it.concurrent('selects one of two replicas, and the other one as soon as that one stops', async () => {
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

  it.concurrent('ends the process of a leader whose Lease was taken, which writes nothing more', async () => {
    await using fixture = await new ReconcilerFixture().open();
    const first = await fixture.startReconciler({ leaderElection });
    await fixture.execute('one', skippingWorkflow);
    await eventsUntil(fixture.client, fixture.namespace, 'one', 'Completed');

    await hold(fixture, 'somebody else');
    const why = await inTime('the process ends', first.ended);
    expect(why).toContain('leader');
    const before = writes(fixture.proxy);

    const otherProxy = await fixture.openProxy();
    await fixture.startReconciler({ leaderElection }, otherProxy);
    await hold(fixture, '');
    await fixture.execute('two', skippingWorkflow);
    await fixture.phase('two', 'Completed');
    expect(creations(otherProxy)).toBe(1);
    expect(writes(fixture.proxy)).toEqual(before);
  });
});

describe('of two installations on a cluster', () => {
  const leaderElection = true;

  it.concurrent('the second does not reconcile until the claim of the first is deleted', async () => {
    const admin = new KubernetesClient(sharedCluster());
    await using shared = await createNamespace(admin, 'claim');
    await letServiceClaimCluster(admin, shared.name);
    await using one = await new ReconcilerFixture().open();
    await using other = await new ReconcilerFixture().open();
    const claim = { namespace: shared.name, name: installationLeaseName };
    const settings = { leaderElection, clusterLeaseNamespace: shared.name };
    const first = await one.startReconciler(settings);
    await one.execute('wfe', skippingWorkflow);
    await one.phase('wfe', 'Completed');
    await waitFor(admin, leaseResource, claim, 'the claim is renewed', ([lease]) => isRenewed(lease));
    await other.execute('wfe', skippingWorkflow);

    const whileTheFirstRuns = await other.startReconciler(settings);
    const why = `namespace ${one.namespace}`;
    await expect(whileTheFirstRuns.ended).resolves.toContain(why);
    await first.stop();
    const whileItIsStopped = await other.startReconciler(settings);
    await expect(whileItIsStopped.ended).resolves.toContain(why);
    await expect(other.execution('wfe')).resolves.not.toHaveProperty('status.phase');

    await admin.delete(leaseResource, claim);
    await other.startReconciler(settings);
    await other.phase('wfe', 'Completed');
  });
});

/** Whether the holder of a Lease has written it again after it had acquired it. */
function isRenewed(lease: Lease | undefined): boolean {
  return lease !== undefined && lease.spec.renewTime !== lease.spec.acquireTime;
}

/** Executions whose PipelineRuns run, left behind by a process that could write no status. */
async function diedBeforeRunning(...names: string[]): Promise<ReconcilerFixture> {
  const fixture = await new ReconcilerFixture().open();
  const lost = fixture.proxy.inject({ method: 'PATCH', path: /\/workflowexecutions\/[^/]+\/status$/ }, reset());
  const reconciler = await fixture.startReconciler();
  for (const name of names) await fixture.execute(name, waitingWorkflow);
  for (const name of names) await fixture.startedRun(name);
  await until('a status was lost', () => lost.hits > 0);
  await reconciler.stop();
  for (const name of names) expect((await fixture.execution(name)).status?.phase).toBeUndefined();
  lost.remove();
  return fixture;
}

/** PipelineRuns that were created through a proxy. */
function creations(proxy: FaultProxy | undefined): number {
  return proxy?.seen({ method: 'POST', path: '/pipelineruns' }).length ?? 0;
}

/** Writes through a proxy, except for the claim of the installation, which outlasts the leader. */
function writes({ requests }: FaultProxy): string[] {
  const changes = requests.filter(
    ({ method, url }) => method !== 'GET' && !url.pathname.endsWith(installationLeaseName),
  );
  return changes.map(({ method, url }) => `${method} ${url.pathname}`);
}

function leaderLease({ client, namespace }: ReconcilerFixture) {
  return client.get(leaseResource, { namespace, name: leaderLeaseName });
}

/** Writes a holder into the lease of the leader. */
async function hold({ client, namespace }: ReconcilerFixture, holderIdentity: string): Promise<void> {
  await client.patch(leaseResource, { namespace, name: leaderLeaseName }, { spec: { holderIdentity } });
}
