import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { leaseResource, type Lease } from '../../../src/kubernetes/lease.ts';
import { lockName } from '../../../src/locking/lock-lease.ts';
import { pipelineRunResource, type PipelineRun } from '../../../src/tekton/pipeline-run.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { podResource } from '../../support/pods.ts';
import { waitFor } from '../../support/wait-for.ts';
import { answer } from '../support/faults.ts';
import { until } from '../../support/until.ts';
import { eventsUntil } from './events.ts';
import { ReconcilerFixture } from './fixture.ts';
import { skippingWorkflow, waitingWorkflow } from './workflows.ts';

let shared: ReconcilerFixture;

beforeAll(async () => {
  shared = await new ReconcilerFixture().open();
  await shared.startReconciler();
});

afterAll(() => shared.close());

describe('a target', () => {
  it.concurrent('has one execution at a time in any spelling; others are skipped and name it', async () => {
    const first = await shared.execute('first', waitingWorkflow, on(shared, 'deployment/busy'));
    await shared.phase('first', 'Running');

    await shared.execute('second', skippingWorkflow, on(shared, 'deploy/busy'));
    const { status } = await shared.phase('second', 'Skipped');

    expect(status).toMatchObject({ outcome: 'Skipped', skip: { reason: 'ResourceBusy' } });
    const { name, namespace, uid } = first.metadata;
    expect(status?.skip?.conflictingExecution).toEqual({ name, namespace, uid });
    expect(status?.message).toContain(`${namespace}/first`);
    await expect(shared.pipelineRuns('second')).resolves.toEqual([]);
    const events = await eventsUntil(shared.client, shared.namespace, 'second', 'ResourceBusy');
    expect(events).toMatchObject([{ type: 'Normal', note: expect.stringContaining(`${namespace}/first`) }]);
  });

  it.concurrent('has a cooldown for the same workflow and not for another one', async () => {
    await shared.execute('warm', waitingWorkflow, on(shared, 'deployment/warm'));
    await shared.completeTask('warm');
    await shared.phase('warm', 'Completed');

    const again = await shared.execute('warm-again', skippingWorkflow, on(shared, 'deployment/warm'));
    const { status } = await shared.phase('warm-again', 'Skipped');
    expect(status?.skip).toMatchObject({ reason: 'RecentlyRemediated', conflictingExecution: { name: 'warm' } });
    expect(status?.skip?.remainingCooldownSeconds).toBeGreaterThan(0);
    expect(status?.skip?.remainingCooldownSeconds).toBeLessThanOrEqual(300);

    const workflowRef = { ...again.spec.workflowRef, workflowId: 'another-workflow' };
    await shared.create('another', { ...on(shared, 'deployment/warm'), workflowRef });
    await shared.phase('another', 'Completed');
  });

  it.concurrent('has no cooldown for an execution with a reason to override it, but stays locked', async () => {
    const overriding = { ...on(shared, 'deployment/urgent'), overrideCooldownReason: 'agreed with the incident lead' };
    await shared.execute('urgent', waitingWorkflow, on(shared, 'deployment/urgent'));
    await shared.completeTask('urgent');
    await shared.phase('urgent', 'Completed');

    const { spec } = await shared.execute('override', waitingWorkflow, overriding);
    await shared.phase('override', 'Running');
    await shared.create('busy', { ...spec, ...overriding });
    const busy = await shared.phase('busy', 'Skipped');
    expect(busy.status?.skip).toMatchObject({ reason: 'ResourceBusy', conflictingExecution: { name: 'override' } });

    const events = await eventsUntil(shared.client, shared.namespace, 'override', 'CooldownOverridden');
    expect(events).toContainEqual(
      expect.objectContaining({ note: expect.stringContaining('agreed with the incident lead') }),
    );
  });

  it.concurrent('keeps the cooldown after the execution has been deleted', async () => {
    await shared.execute('deleted', waitingWorkflow, on(shared, 'deployment/deleted'));
    await shared.completeTask('deleted');
    await shared.phase('deleted', 'Completed');
    await shared.delete('deleted');
    await shared.gone('deleted');

    await shared.execute('too-soon', skippingWorkflow, on(shared, 'deployment/deleted'));
    const { status } = await shared.phase('too-soon', 'Skipped');
    expect(status?.skip?.reason).toBe('RecentlyRemediated');
  });

  it.concurrent('has no cooldown after a run in which every task was skipped', async () => {
    await shared.execute('nothing-ran', skippingWorkflow, on(shared, 'deployment/unchanged'));
    await shared.phase('nothing-ran', 'Completed');

    await shared.execute('runs-again', skippingWorkflow, on(shared, 'deployment/unchanged'));

    await shared.phase('runs-again', 'Completed');
  });

  it.concurrent('is not held by a pod that only has the labels of its run', async () => {
    await shared.execute('labelled', waitingWorkflow, on(shared, 'deployment/labelled'));
    const { metadata } = await shared.startedRun('labelled');
    const pod = await unscheduledPod(shared, metadata);
    await shared.completeTask('labelled', 'False');

    await shared.phase('labelled', 'Failed');
    await shared.delete('labelled');
    await shared.gone('labelled');

    const left = await shared.client.get(podResource, pod.metadata);
    expect(left.metadata.deletionTimestamp).toBeUndefined();
  });

  it.concurrent('is free again when its execution is deleted before anything ran', async () => {
    await using own = await new ReconcilerFixture().open();
    const refused = own.proxy.inject({ method: 'POST', path: '/pipelineruns' }, answer(403));
    await own.startReconciler();
    await own.execute('first', skippingWorkflow, on(own, api));
    await until('the PipelineRun was refused', () => refused.hits > 0);
    await expect(lock(own)).resolves.toHaveProperty('spec.holderIdentity', expect.stringContaining('/first/'));
    await own.delete('first');
    await own.gone('first');
    refused.remove();

    await own.execute('second', skippingWorkflow, on(own, api));
    await own.phase('second', 'Completed');
  });

  it.concurrent('is free again when its execution was deleted while it ran and a finalizer keeps it', async () => {
    const { spec } = await shared.execute('kept', waitingWorkflow, on(shared, 'deployment/kept'));
    const { metadata } = await shared.phase('kept', 'Running');
    await shared.startedRun('kept');
    const finalizers = [...(metadata.finalizers ?? []), 'example.org/keep'];
    await shared.client.patch(workflowExecutionResource, metadata, { metadata: { finalizers } });
    await shared.delete('kept');

    const { status } = await shared.phase('kept', 'Failed');
    expect(status?.failure).toMatchObject({ reason: 'Cancelled', wasExecutionFailure: true });

    const workflowRef = { ...spec.workflowRef, workflowId: 'after-kept' };
    await shared.create('after-kept', { ...on(shared, 'deployment/kept'), workflowRef });
    await shared.phase('after-kept', 'Running');
    await shared.client.patch(workflowExecutionResource, metadata, { metadata: { finalizers: null } });
  });

  it.concurrent.each([
    ['Completed', 'True'],
    ['Failed', 'False'],
  ] as const)(
    'passes from a %s execution to the next in one write, and its lock is collected',
    async (phase, answer) => {
      await using own = await new ReconcilerFixture().open();
      const first = await own.startReconciler({ cooldownMs: 0 });
      await own.execute('first', waitingWorkflow, on(own, api));
      await own.completeTask('first', answer);
      await own.phase('first', phase);
      await first.stop();
      await expect(lock(own)).resolves.toHaveProperty('spec.holderIdentity', expect.stringContaining('/first/'));

      const second = await own.startReconciler({ cooldownMs: 0 });
      const before = own.proxy.requests.length;
      await own.execute('second', skippingWorkflow, on(own, api));
      await own.phase('second', 'Completed');

      const ofLocks = own.proxy.requests.slice(before).filter(({ url }) => url.pathname.includes('/leases/'));
      expect(ofLocks.map(({ method }) => method)).toEqual(['PATCH']);
      await expect(lock(own)).resolves.toHaveProperty('spec.holderIdentity', expect.stringContaining('/second/'));

      await second.resync();

      await expect(own.client.find(leaseResource, lockKey(own))).resolves.toBeUndefined();
    },
  );

  it.concurrent('stays locked while the PipelineRun of an execution that is gone still runs', async () => {
    await using own = await new ReconcilerFixture().open();
    const reconciler = await own.startReconciler();
    await own.execute('first', waitingWorkflow, on(own, api));
    await own.phase('first', 'Running');
    const { metadata } = await own.pipelineRun('first');
    await reconciler.stop();
    await orphan(own, 'first', metadata.name);

    await own.startReconciler();
    await own.execute('second', skippingWorkflow, on(own, api));
    const { status } = await own.phase('second', 'Skipped');
    expect(status?.skip?.reason).toBe('ResourceBusy');

    await own.client.delete(pipelineRunResource, metadata);
    const left = { namespace: own.namespace, name: metadata.name };
    await waitFor(own.client, pipelineRunResource, left, 'the PipelineRun is gone', (runs) => runs.length === 0);
    await own.execute('third', skippingWorkflow, on(own, api));
    await own.phase('third', 'Completed');
  });
});

/** The target of the tests that have a fixture of their own. */
const api = 'deployment/api';

function on({ namespace }: ReconcilerFixture, target: string) {
  return { targetResource: `${namespace}/${target}` };
}

function lock(fixture: ReconcilerFixture): Promise<Lease> {
  return fixture.client.get(leaseResource, lockKey(fixture));
}

function lockKey({ namespace }: ReconcilerFixture, target = api) {
  return { namespace, name: lockName(`${namespace}/${target}`) };
}

/** A pod that is never scheduled and carries the labels that Tekton gives to the pods of a PipelineRun. */
function unscheduledPod({ client, namespace }: ReconcilerFixture, { name, uid }: PipelineRun['metadata']) {
  const labels = { 'tekton.dev/pipelineRun': name, 'tekton.dev/pipelineRunUID': uid };
  return client.create(podResource, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name: `${name}-bare`, labels },
    spec: { schedulerName: 'nobody', restartPolicy: 'Never', containers: [{ name: 'step-s', image: 'none' }] },
  });
}

/** Removes the finalizer of an execution and deletes it, and leaves its PipelineRun behind. */
async function orphan(fixture: ReconcilerFixture, name: string, pipelineRun: string): Promise<void> {
  const key = fixture.key(name);
  await fixture.client.patch(workflowExecutionResource, key, { metadata: { finalizers: null } });
  await fixture.client.delete(workflowExecutionResource, key, { propagationPolicy: 'Orphan' });
  await fixture.gone(name);
  const left = await fixture.client.get(pipelineRunResource, fixture.key(pipelineRun));
  expect(left.metadata.name).toBe(pipelineRun);
}
