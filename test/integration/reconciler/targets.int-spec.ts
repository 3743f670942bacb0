import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pipelineRunLabels } from '../../../src/tekton/build-pipeline-run.ts';
import { aggregatedDiscovery } from '../../../src/kubernetes/discovery.ts';
import type { KubernetesObject } from '../../../src/kubernetes/kubernetes-object.ts';
import { leaseResource } from '../../../src/kubernetes/lease.ts';
import { lockName } from '../../../src/locking/lock-lease.ts';
import { pipelineRunResource } from '../../../src/tekton/pipeline-run.ts';
import { hold, reset } from '../support/faults.ts';
import { until } from '../../support/until.ts';
import { ReconcilerFixture } from './fixture.ts';
import { answerWorkflow, skippingWorkflow, waitingWorkflow } from './workflows.ts';

const parse = (raw: unknown) => raw as KubernetesObject;
const definitions = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
  parse,
};
/** The API group of the kind that these tests define: Rollout, `ro` for short. */
const group = 'targets.test.kubernaut.ai';
const rollouts = `rollouts.${group}`;

let shared: ReconcilerFixture;

beforeAll(async () => {
  shared = await new ReconcilerFixture().open();
  await shared.startReconciler();
  // The reconciler has read API discovery by now, and does not know the kind that is defined here.
  await shared.execute('known', skippingWorkflow);
  await shared.phase('known', 'Completed');
  await define();
});

afterAll(async () => {
  await shared.client.delete(definitions, { name: rollouts });
  await shared.close();
});

/** Defines the kind, as the installation of Argo Rollouts does. */
async function define(): Promise<void> {
  const names = { kind: 'Rollout', plural: 'rollouts', singular: 'rollout', shortNames: ['ro'] };
  const schema = { openAPIV3Schema: { type: 'object' } };
  const versions = [{ name: 'v1', served: true, storage: true, schema }];
  const apiVersion = `${definitions.group}/${definitions.version}`;
  const spec = { group, scope: 'Namespaced', names, versions };
  await shared.client.create(definitions, { apiVersion, kind: definitions.kind, metadata: { name: rollouts }, spec });
  const discovered = () => shared.client.raw('/apis', { accept: aggregatedDiscovery });
  await until('it is served', async () => (await discovered()).includes(`"${group}"`));
}

describe('a target', () => {
  it.concurrent('has one execution at a time under any name of its kind', async () => {
    const target = `${shared.namespace}/rollout/busy`;
    await shared.execute('first', waitingWorkflow, { targetResource: target });
    await shared.phase('first', 'Running');
    const spellings = ['rollouts', 'ro', 'Rollout', `RO.${group}`];

    await Promise.all(
      spellings.map(async (kind, number) => {
        const targetResource = `${shared.namespace}/${kind}/busy`;
        await shared.execute(`next-${number}`, skippingWorkflow, { targetResource });
        const { status } = await shared.phase(`next-${number}`, 'Skipped');
        expect(status).toMatchObject({
          target,
          skip: { reason: 'ResourceBusy', conflictingExecution: { name: 'first' } },
          message: expect.stringContaining(`${shared.namespace}/first`),
        });
      }),
    );

    await shared.completeTask('first');
    await shared.phase('first', 'Completed');
  });

  it.concurrent('has a cooldown under any name of its kind', async () => {
    await shared.execute('warm', waitingWorkflow, { targetResource: `${shared.namespace}/deploy/warm` });
    const { metadata } = await shared.pipelineRun('warm');
    await answerWorkflow(shared.client, shared.namespace, metadata.name);
    await shared.phase('warm', 'Completed');

    await shared.execute('again', skippingWorkflow, { targetResource: `${shared.namespace}/Deployment.apps/warm` });
    const { status } = await shared.phase('again', 'Skipped');
    expect(status?.skip?.reason).toBe('RecentlyRemediated');
  });

  it.concurrent('is canonical in lock, PipelineRun and status, and passed to the workflow as written', async () => {
    const [targetResource, target] = [`${shared.namespace}/StatefulSets/db`, `${shared.namespace}/statefulset/db`];
    await shared.execute('canonical', waitingWorkflow, { targetResource });
    const { status } = await shared.phase('canonical', 'Running');
    const { metadata } = await shared.pipelineRun('canonical');
    const run = await shared.client.get({ ...pipelineRunResource, parse }, metadata);

    expect(status?.target).toBe(target);
    expect(run.metadata).toMatchObject({
      labels: { [pipelineRunLabels.targetResource]: target.replaceAll('/', '.') },
      annotations: { [pipelineRunLabels.targetResource]: target },
    });
    expect(run).toHaveProperty('spec.params', [{ name: 'TARGET_RESOURCE', value: targetResource }]);
    const lease = await shared.client.get(leaseResource, { namespace: shared.namespace, name: lockName(target) });
    expect(lease.spec.holderIdentity).toContain('/canonical/');
    await shared.completeTask('canonical');
    await shared.phase('canonical', 'Completed');
  });

  it.concurrent('is recorded with the first status, without an additional write', async () => {
    const writes = { method: 'PATCH', path: /\/recorded\/status$/ };
    shared.proxy.inject(writes, hold(Promise.resolve()), 1);
    const later = shared.proxy.inject(writes, reset());
    await shared.execute('recorded', skippingWorkflow, { targetResource: `${shared.namespace}/ro/recorded` });

    const { status } = await shared.until('recorded', 'it has a status', (seen) => seen.status?.phase !== undefined);
    expect(status).toMatchObject({ phase: 'Running', target: `${shared.namespace}/rollout/recorded` });
    later.remove();
    await shared.phase('recorded', 'Completed');
  });

  it.concurrent.each([
    ['wrong-scope', () => `${shared.namespace}/no/w1`, 'node is cluster-scoped: write node/w1'],
    ['no-namespace', () => 'ro/api', 'rollout is namespaced: write NAMESPACE/rollout/api'],
    [
      'unknown-kind',
      () => `${shared.namespace}/rolout.${group}/api`,
      `the cluster does not serve a kind rolout.${group}`,
    ],
  ])('is rejected with the allowed targets: %s', async (name, target, message) => {
    await shared.create(name, { targetResource: target() });

    const { status } = await shared.phase(name, 'Failed');
    expect(status?.target).toBeUndefined();
    expect(status?.failure).toMatchObject({
      reason: 'ValidationFailed',
      message: expect.stringContaining(`spec.targetResource "${target()}": ${message}`),
      wasExecutionFailure: false,
    });
    await expect(shared.pipelineRuns(name)).resolves.toEqual([]);
  });

  it.concurrent('may be of an unknown kind if that is allowed', async () => {
    await using own = await new ReconcilerFixture().open();
    await own.startReconciler({ allowUnknownKinds: true });
    await own.execute('unknown', skippingWorkflow, { targetResource: `${own.namespace}/VMs.example.org/a` });

    const { status } = await own.phase('unknown', 'Completed');
    expect(status?.target).toBe(`${own.namespace}/vms/a`);
  });
});

describe('while API discovery is unavailable', () => {
  it.concurrent('an execution waits at most until its start deadline, and reports what it waited for', async () => {
    await using own = await new ReconcilerFixture().open();
    own.proxy.inject({ method: 'GET', path: /\/apis?$/ }, reset());
    await own.startReconciler({ startDeadlineMs: 1_000 });
    await own.create('too-long');

    const { status } = await own.phase('too-long', 'Failed');
    expect(status?.failure).toMatchObject({
      message: expect.stringContaining('resolved'),
      wasExecutionFailure: false,
    });
  });

  it.concurrent('an execution waits with a reason, can be cancelled, and continues when it can', async () => {
    await using own = await new ReconcilerFixture().open();
    const away = own.proxy.inject({ method: 'GET', path: /\/apis?$/ }, reset());
    await own.startReconciler();
    const waits = (name: string) => own.until(name, 'it says why it waits', (seen) => seen.status?.phase !== undefined);
    await own.create('cancelled');
    await expect(waits('cancelled')).resolves.toHaveProperty('status', {
      ...{ phase: 'Pending', observedGeneration: 1, conditions: expect.anything() },
      message: expect.stringContaining('resolved'),
    });
    await own.cancel('cancelled');
    await expect(own.phase('cancelled', 'Failed')).resolves.toHaveProperty('status.failure.reason', 'Cancelled');

    await own.execute('resolved', skippingWorkflow);
    await own.create('refused', { targetResource: `${own.namespace}/rolout.${group}/a` });
    await Promise.all(['resolved', 'refused'].map(waits));
    away.remove();

    await own.phase('resolved', 'Completed');
    const { status } = await own.phase('refused', 'Failed');
    expect(status?.failure?.reason).toBe('ValidationFailed');
  });
});
