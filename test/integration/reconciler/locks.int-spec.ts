import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NotFoundError } from '../../../src/kubernetes/errors.ts';
import { leaseResource } from '../../../src/kubernetes/lease.ts';
import { lockName } from '../../../src/locking/lock-lease.ts';
import { pipelineRunResource } from '../../../src/tekton/pipeline-run.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { podResource } from '../../support/pods.ts';
import { reset } from '../support/faults.ts';
import { until } from '../support/until.ts';
import { Stage } from './stage.ts';
import { answerWorkflow, skippingWorkflow, waitingWorkflow } from './workflows.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await new Stage().open();
});

afterEach(() => stage.close());

describe('a target', () => {
  it('has one execution at a time, however it is written, and the others are skipped and told which', async () => {
    await stage.startReconciler();
    const first = await stage.execute('first', waitingWorkflow, on('deployment'));
    await stage.phase('first', 'Running');

    await stage.execute('second', skippingWorkflow, on('deploy'));
    const { status } = await stage.phase('second', 'Skipped');

    expect(status).toMatchObject({ outcome: 'Skipped', skip: { reason: 'ResourceBusy' } });
    const { name, namespace, uid } = first.metadata;
    expect(status?.skip?.conflictingExecution).toEqual({ name, namespace, uid });
    expect(status?.message).toContain(`is held by ${namespace}/first`);
    await expect(stage.pipelineRuns('second')).resolves.toEqual([]);
  });

  it('is not run on by the same workflow again for a while, but by another one', async () => {
    await stage.startReconciler();
    await stage.execute('first', skippingWorkflow, on('deployment'));
    await stage.phase('first', 'Completed');

    await stage.execute('again', skippingWorkflow, on('deployment'));
    const { status } = await stage.phase('again', 'Skipped');
    expect(status?.skip).toMatchObject({ reason: 'RecentlyRemediated', conflictingExecution: { name: 'first' } });
    expect(status?.skip?.remainingCooldownSeconds).toBeGreaterThan(0);
    expect(status?.skip?.remainingCooldownSeconds).toBeLessThanOrEqual(300);

    const other = await stage.execute('other', skippingWorkflow, on('deployment'));
    const workflowRef = { ...other.spec.workflowRef, workflowId: 'another-workflow' };
    await stage.create('other-workflow', { ...on('deployment'), workflowRef });
    await stage.phase('other-workflow', 'Completed');
  });

  it('cools down also when the execution has been deleted', async () => {
    await stage.startReconciler();
    await stage.execute('first', skippingWorkflow, on('deployment'));
    await stage.phase('first', 'Completed');
    await stage.delete('first');
    await stage.gone('first');

    await stage.execute('again', skippingWorkflow, on('deployment'));
    await expect(stage.phase('again', 'Skipped')).resolves.toHaveProperty('status.skip.reason', 'RecentlyRemediated');
  });

  it('is free again when its execution was deleted before anything ran', async () => {
    const refused = stage.proxy.inject({ method: 'POST', path: '/pipelineruns' }, reset());
    await stage.startReconciler();
    await stage.execute('first', skippingWorkflow, on('deployment'));
    await until('the PipelineRun was refused', () => refused.hits > 0);
    await expect(lock()).resolves.toHaveProperty('spec.holderIdentity', expect.stringContaining('/first/'));
    await stage.delete('first');
    await stage.gone('first');
    refused.remove();

    await stage.execute('second', skippingWorkflow, on('deployment'));
    await stage.phase('second', 'Completed');
  });

  it('is free for others when its execution went without a word before it had its finalizer', async () => {
    const unguarded = stage.proxy.inject({ method: 'PATCH', path: /\/workflowexecutions\/first$/ }, reset());
    await stage.startReconciler();
    await stage.execute('first', skippingWorkflow, on('deployment'));
    await until('it is locked', async () => (await foundLock())?.spec.holderIdentity?.includes('/first/') ?? false);
    await stage.delete('first');
    await stage.gone('first');
    unguarded.remove();

    await stage.execute('second', skippingWorkflow, on('deployment'));
    await stage.phase('second', 'Completed');
    await expect(stage.pipelineRuns('first')).resolves.toEqual([]);
  });

  it('is given back after the reconciler died between the end of its execution and that', async () => {
    const lost = stage.proxy.inject({ method: 'PATCH', path: /\/leases\// }, reset());
    const reconciler = await stage.startReconciler();
    await stage.execute('first', waitingWorkflow, on('deployment'));
    const { metadata } = await stage.pipelineRun('first');
    await answerWorkflow(stage.client, stage.namespace, metadata.name, 'False');
    await stage.phase('first', 'Failed');
    await until('the lock could not be given back', () => lost.hits > 0);
    await reconciler.stop();
    lost.remove();

    await stage.startReconciler();
    await freed();
    await stage.execute('again', skippingWorkflow, on('deployment'));
    await expect(stage.phase('again', 'Skipped')).resolves.toHaveProperty('status.skip.reason', 'RecentlyRemediated');
  });

  it('goes from one that is Completed to the next with one write, also after another replica has taken over', async () => {
    const reconciler = await stage.startReconciler({ cooldownMs: 0 });
    await stage.execute('first', skippingWorkflow, on('deployment'));
    await stage.phase('first', 'Completed');
    await reconciler.stop();
    await expect(lock()).resolves.toHaveProperty('spec.holderIdentity', expect.stringContaining('/first/'));

    await stage.startReconciler({ cooldownMs: 0 });
    const before = stage.proxy.requests.length;
    await stage.execute('second', skippingWorkflow, on('deployment'));
    await stage.phase('second', 'Completed');

    const ofLocks = stage.proxy.requests.slice(before).filter(({ url }) => url.pathname.includes('/leases/'));
    expect(ofLocks.map(({ method }) => method)).toEqual(['PATCH']);
    await expect(lock()).resolves.toHaveProperty('spec.holderIdentity', expect.stringContaining('/second/'));
  });

  it('is kept from others as long as a PipelineRun of an execution that is gone still runs', async () => {
    const reconciler = await stage.startReconciler();
    await stage.execute('first', waitingWorkflow, on('deployment'));
    await stage.phase('first', 'Running');
    const pipelineRun = await stage.pipelineRun('first');
    await reconciler.stop();
    await orphan('first', pipelineRun.metadata.name);

    await stage.startReconciler();
    await stage.execute('second', skippingWorkflow, on('deployment'));
    await expect(stage.phase('second', 'Skipped')).resolves.toHaveProperty('status.skip.reason', 'ResourceBusy');

    await stage.client.delete(pipelineRunResource, pipelineRun.metadata);
    const { namespace } = stage;
    const gone = () => stage.client.get(pipelineRunResource, pipelineRun.metadata).then(() => false, isNotFound);
    await until(`the PipelineRun in ${namespace} is gone`, gone);
    await stage.execute('third', skippingWorkflow, on('deployment'));
    await stage.phase('third', 'Completed');
  });

  it('is kept from others as long as a pod of a run that was deleted by hand is ending', async () => {
    await stage.startReconciler();
    await stage.execute('first', waitingWorkflow, on('deployment'));
    await stage.phase('first', 'Running');
    const pipelineRun = await stage.pipelineRun('first');
    const pod = await lingeringPod(pipelineRun.metadata.name);
    await stage.client.delete(pipelineRunResource, pipelineRun.metadata);
    await stage.phase('first', 'Failed');

    await stage.execute('second', skippingWorkflow, on('deployment'));
    await expect(stage.phase('second', 'Skipped')).resolves.toHaveProperty('status.skip.reason', 'ResourceBusy');

    await stage.client.delete(podResource, pod.metadata);
    await freed();
    const scaleUp = { ...aSpec().workflowRef, workflowId: 'scale-up' };
    await stage.create('third', { ...on('deployment'), workflowRef: scaleUp });
    await until(
      'the third has the target',
      async () => (await foundLock())?.spec.holderIdentity?.includes('/third/') ?? false,
    );
  });

  it('is locked for nobody any more when all is over', async () => {
    await stage.startReconciler({ cooldownMs: 0, resyncMs: 1_000 });
    await stage.execute('first', skippingWorkflow, on('deployment'));
    await stage.phase('first', 'Completed');

    await until('the lock is gone', async () => (await foundLock()) === undefined);
  });
});

function on(kind: string) {
  return { targetResource: `${stage.namespace}/${kind}/api` };
}

function lock() {
  return stage.client.get(leaseResource, lockKey());
}

function foundLock() {
  return stage.client.find(leaseResource, lockKey());
}

function lockKey() {
  return { namespace: stage.namespace, name: lockName(`${stage.namespace}/deployment/api`) };
}

/** A pod of a PipelineRun that nobody schedules: for all that can be told, its containers may run. */
function lingeringPod(pipelineRun: string) {
  return stage.client.create(podResource, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: stage.namespace, name: 'lingering', labels: { 'tekton.dev/pipelineRun': pipelineRun } },
    spec: { schedulerName: 'nobody', containers: [{ name: 'step', image: 'none' }] },
  });
}

async function freed(): Promise<void> {
  await until('the target is given back', async () => !(await foundLock())?.spec.holderIdentity);
}

/** Takes an execution away by force, as someone does who removes its finalizer, and leaves its PipelineRun behind. */
async function orphan(name: string, pipelineRun: string): Promise<void> {
  const key = stage.key(name);
  await stage.client.patch(workflowExecutionResource, key, { metadata: { finalizers: null } });
  await stage.client.delete(workflowExecutionResource, key, { propagationPolicy: 'Orphan' });
  await stage.gone(name);
  const left = await stage.client.get(pipelineRunResource, stage.key(pipelineRun));
  expect(left.metadata.name).toBe(pipelineRun);
}

function isNotFound(error: unknown): boolean {
  return error instanceof NotFoundError;
}
