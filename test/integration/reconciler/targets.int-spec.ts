import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aggregatedDiscovery } from '../../../src/kubernetes/discovered-kinds.ts';
import type { KubernetesObject } from '../../../src/kubernetes/kubernetes-object.ts';
import { leaseResource } from '../../../src/kubernetes/lease.ts';
import { lockName } from '../../../src/locking/lock-lease.ts';
import { hold, reset } from '../support/faults.ts';
import { until } from '../support/until.ts';
import { Stage } from './stage.ts';
import { pipelineRunResource } from '../../../src/tekton/pipeline-run.ts';
import { answerWorkflow, skippingWorkflow, waitingWorkflow } from './workflows.ts';

const definitions = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
  parse: (raw: unknown) => raw as KubernetesObject, // eslint-disable-line @typescript-eslint/consistent-type-assertions -- the API server's own kind
};
/** The API group of the kind that these tests define: Rollout, `ro` for short. */
const group = 'targets.test.kubernaut.ai';
const rollouts = `rollouts.${group}`;
const discovery = { method: 'GET', path: /\/apis?$/ };

let stage: Stage;

beforeAll(async () => {
  stage = await new Stage().open();
  await stage.startReconciler();
  // The reconciler has read API discovery by now, and does not know the kind that is defined here.
  await stage.execute('known', skippingWorkflow);
  await stage.phase('known', 'Completed');
  await define();
});

afterAll(async () => {
  await stage.client.delete(definitions, { name: rollouts });
  await stage.close();
});

/** Defines the kind, as somebody does who installs Argo Rollouts. */
async function define(): Promise<void> {
  const names = { kind: 'Rollout', plural: 'rollouts', singular: 'rollout', shortNames: ['ro'] };
  const schema = { openAPIV3Schema: { type: 'object' } };
  const versions = [{ name: 'v1', served: true, storage: true, schema }];
  const apiVersion = `${definitions.group}/${definitions.version}`;
  const spec = { group, scope: 'Namespaced', names, versions };
  await stage.client.create(definitions, { apiVersion, kind: definitions.kind, metadata: { name: rollouts }, spec });
  const discovered = () => stage.client.raw('/apis', { accept: aggregatedDiscovery });
  await until('it is served', async () => (await discovered()).includes(`"${group}"`));
}

describe('a target', () => {
  it('has one execution at a time, under whatever name of its kind', async () => {
    await stage.execute('first', waitingWorkflow, { targetResource: `${stage.namespace}/rollout/api` });
    await stage.phase('first', 'Running');
    const spellings = ['rollouts', 'ro', 'Rollout', `RO.${group}`];

    for (const [number, kind] of spellings.entries()) {
      await stage.execute(`next-${number}`, skippingWorkflow, { targetResource: `${stage.namespace}/${kind}/api` });
      const { status } = await stage.phase(`next-${number}`, 'Skipped');
      expect(status).toMatchObject({
        target: `${stage.namespace}/rollout/api`,
        skip: { reason: 'ResourceBusy', conflictingExecution: { name: 'first' } },
        message: expect.stringContaining(`${stage.namespace}/rollout/api is held by ${stage.namespace}/first`),
      });
    }

    const { metadata } = await stage.pipelineRun('first');
    await answerWorkflow(stage.client, stage.namespace, metadata.name);
    await stage.phase('first', 'Completed');
  });

  it('cools down under whatever name of its kind', async () => {
    await stage.execute('before', skippingWorkflow, { targetResource: `${stage.namespace}/deploy/cool` });
    await stage.phase('before', 'Completed');

    await stage.execute('after', skippingWorkflow, { targetResource: `${stage.namespace}/Deployment.apps/cool` });
    await expect(stage.phase('after', 'Skipped')).resolves.toHaveProperty('status.skip.reason', 'RecentlyRemediated');
  });

  it('is in the lock, the PipelineRun and the status in its canonical form, and goes to the workflow as written', async () => {
    const [targetResource, target] = [`${stage.namespace}/StatefulSets/db`, `${stage.namespace}/statefulset/db`];
    await stage.execute('canonical', waitingWorkflow, { targetResource });
    const { status } = await stage.phase('canonical', 'Running');
    const { metadata } = await stage.pipelineRun('canonical');
    const run = await stage.client.get({ ...pipelineRunResource, parse: (raw) => raw as KubernetesObject }, metadata); // eslint-disable-line @typescript-eslint/consistent-type-assertions -- whole, as it is stored

    expect(status?.target).toBe(target);
    expect(run.metadata).toMatchObject({
      labels: { 'kubernaut.ai/target-resource': target.replaceAll('/', '.') },
      annotations: { 'kubernaut.ai/target-resource': target },
    });
    const lease = await stage.client.get(leaseResource, { namespace: stage.namespace, name: lockName(target) });
    expect(lease.spec.holderIdentity).toContain('/canonical/');
    expect(run).toHaveProperty('spec.params', [{ name: 'TARGET_RESOURCE', value: targetResource }]);
    await answerWorkflow(stage.client, stage.namespace, run.metadata.name);
    await stage.phase('canonical', 'Completed');
  });

  it('is recorded with the first status, in no write of its own', async () => {
    const writes = { method: 'PATCH', path: /\/recorded\/status$/ };
    stage.proxy.inject(writes, hold(Promise.resolve()), 1);
    const later = stage.proxy.inject(writes, reset());
    await stage.execute('recorded', skippingWorkflow, { targetResource: `${stage.namespace}/ro/recorded` });

    const { status } = await stage.until('recorded', 'it has a status', (seen) => seen.status !== undefined);
    expect(status).toMatchObject({ phase: 'Running', target: `${stage.namespace}/rollout/recorded` });
    later.remove();
    await stage.phase('recorded', 'Completed');
  });

  it.each([
    ['wrong-scope', () => `${stage.namespace}/no/w1`, 'node is cluster-scoped: write node/w1'],
    ['no-namespace', () => 'ro/api', 'rollout is namespaced: write NAMESPACE/rollout/api'],
    ['unknown-kind', () => `${stage.namespace}/rolout.${group}/api`, `the cluster knows no kind rolout.${group}`],
  ])('is refused with what is allowed: %s', async (name, target, message) => {
    await stage.create(name, { targetResource: target() });

    const { status } = await stage.phase(name, 'Failed');
    expect(status?.target).toBeUndefined();
    expect(status?.failure).toMatchObject({
      reason: 'ValidationFailed',
      message: expect.stringContaining(`spec.targetResource "${target()}": ${message}`),
      wasExecutionFailure: false,
    });
    await expect(stage.pipelineRuns(name)).resolves.toEqual([]);
  });

  it('may be of an unknown kind where that is allowed', async () => {
    const lenient = await new Stage().open();
    await lenient.startReconciler({ allowUnknownKinds: true });
    await lenient.execute('unknown', skippingWorkflow, { targetResource: `${lenient.namespace}/VMs.example.org/a` });
    const { status } = await lenient.phase('unknown', 'Completed');
    await lenient.close();

    expect(status?.target).toBe(`${lenient.namespace}/vms/a`);
  });
});

describe('while API discovery cannot be read', () => {
  it('an execution waits and says why, can be cancelled, and runs when it can', async () => {
    const away = stage.proxy.inject(discovery, reset());
    const targetResource = `${stage.namespace}/rolout.${group}/away`;
    await stage.create('cancelled', { targetResource });
    const { status } = await stage.until('cancelled', 'it says why it waits', (seen) => seen.status !== undefined);
    expect(status).toMatchObject({
      phase: 'Pending',
      message: expect.stringContaining('The target cannot be resolved now: '),
    });
    await stage.execute('known-kind', skippingWorkflow, { targetResource: `${stage.namespace}/ro/away` });
    await stage.phase('known-kind', 'Completed');
    await stage.cancel('cancelled');
    await expect(stage.phase('cancelled', 'Failed')).resolves.toHaveProperty('status.failure.reason', 'Cancelled');

    await stage.create('refused-later', { targetResource });
    await stage.until('refused-later', 'it says why it waits', (seen) => seen.status !== undefined);
    away.remove();
    await expect(stage.phase('refused-later', 'Failed')).resolves.toHaveProperty(
      'status.failure.reason',
      'ValidationFailed',
    );
  });
});
