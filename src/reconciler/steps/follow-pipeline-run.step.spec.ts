import { describe, expect, it } from '@jest/globals';
import { succeeded } from '../../tekton/pipeline-run.builders.ts';
import {
  aStep,
  completionTime,
  isRunning,
  startTime,
  statusDeadlineMs,
  written,
} from './follow-pipeline-run.builders.ts';

const creationTimestamp = '2026-01-02T02:59:58Z';
const hasFailed = { ...succeeded('False', 'Failed'), startTime, completionTime };
const running = { running: {} };
const ended = { terminated: { containerID: 'c', finishedAt: '2026-01-02T03:00:09Z' } };
const stepFailed = { containerID: 'c', exitCode: 3, reason: 'Error' };

describe('following an execution', () => {
  it('reports Running without reading TaskRuns, and requeues', async () => {
    const { follow, execution, pipelineRun, server } = aStep();
    const one = execution();
    pipelineRun(one, { status: isRunning, metadata: { creationTimestamp } });
    await expect(follow(one)).resolves.toMatchObject({
      observation: { phase: 'Running', startTime: creationTimestamp },
      requeueAfterMs: statusDeadlineMs,
    });
    expect(server.verbs).toEqual([]);
  });

  it('reports what its tasks wait for, and requeues', async () => {
    const { follow, execution, pipelineRun, taskRun, clock } = aStep();
    const one = execution();
    const childReferences = [{ kind: 'TaskRun', name: 'main' }];
    const metadata = { creationTimestamp: completionTime };
    pipelineRun(one, { metadata, status: { ...isRunning, childReferences } });
    taskRun(one, 'main', succeeded('Unknown', 'ExceededResourceQuota'), { metadata });
    await clock.advance(10_000);
    await expect(follow(one)).resolves.toMatchObject({
      observation: {
        phase: 'Running',
        waiting: 'ExceededResourceQuota',
        message: expect.stringMatching(/^Task "main"/),
      },
      requeueAfterMs: 15_000,
    });
  });

  it('reports the cancellation instead of the wait of its tasks', async () => {
    const { follow, execution, pipelineRun, taskRun } = aStep();
    const one = execution();
    const status = { ...isRunning, childReferences: [{ kind: 'TaskRun', name: 'main' }] };
    pipelineRun(one, { status, spec: { status: 'CancelledRunFinally' }, metadata: { creationTimestamp: startTime } });
    taskRun(one, 'main', succeeded('Unknown', 'ExceededResourceQuota'), { metadata: { creationTimestamp: startTime } });
    const { observation, requeueAfterMs } = await follow(one);
    expect(observation).toMatchObject({ phase: 'Running', cancelling: 'Graceful' });
    expect(observation).not.toHaveProperty('waiting');
    expect(requeueAfterMs).toBe(statusDeadlineMs);
  });

  it.each([
    ['has failed', hasFailed, 'TaskFailed'],
    ['has ended without a result', { completionTime }, 'UnknownStatus'],
  ])('classifies one that %s from its final TaskRuns', async (_, status, reason) => {
    const { follow, execution, pipelineRun, taskRun } = aStep();
    const one = execution();
    pipelineRun(one, { status });
    taskRun(one, 'main', { ...succeeded('False', 'StepFailed'), steps: [{ name: 's', terminated: stepFailed }] });
    await expect(follow(one)).resolves.toMatchObject({
      observation: { phase: 'Failed', failure: { reason, wasExecutionFailure: true } },
    });
  });

  it('reads the pod of a step that was ended by a signal', async () => {
    const { follow, execution, pipelineRun, taskRun, clock } = aStep();
    const one = execution();
    pipelineRun(one, { status: hasFailed });
    const terminated = { ...stepFailed, exitCode: 255 };
    taskRun(one, 'main', { ...succeeded('False', 'StepFailed'), steps: [{ name: 's', terminated }] });
    await clock.advance(5_000);
    const { observation } = await follow(one);
    expect(observation).toHaveProperty('failure.message', expect.stringContaining('its pod has been deleted'));
  });

  it('keeps it Running until the TaskRun that Tekton left running has ended, and then its step', async () => {
    const { follow, execution, pipelineRun, taskRun, pod, clock } = aStep();
    const one = execution();
    pipelineRun(one, { status: { ...hasFailed, ...succeeded('False', 'PipelineValidationFailed') } });
    const waitsFor = (what: string, requeueAfterMs: number) => ({
      observation: { phase: 'Running', message: expect.stringContaining(`Waiting for ${what} to end.`) },
      requeueAfterMs,
    });
    taskRun(one, 'main', {});
    await expect(follow(one)).resolves.toMatchObject(waitsFor('TaskRun main', 250));

    await clock.advance(60_000);
    taskRun(one, 'main', { ...succeeded('False', 'TaskRunCancelled'), podName: 'main-pod' });
    pod(one, 'main', running);
    await expect(follow(one)).resolves.toMatchObject(waitsFor('pod main-pod (step s)', 2_000));

    pod(one, 'main', ended);
    await expect(follow(one)).resolves.toMatchObject({
      observation: { phase: 'Failed', failure: { reason: 'ConfigurationError', wasExecutionFailure: true } },
    });
  });

  it.each([
    ['has failed', true],
    ['is gone', false],
  ])('finally ends one that %s when the end of a cancelled TaskRun is not recorded', async (_, isThere) => {
    const { follow, execution, pipelineRun, taskRun, clock } = aStep();
    const one = execution({ status: { phase: 'Running' } });
    if (isThere) pipelineRun(one, { status: hasFailed });
    const forged = isThere ? {} : { metadata: { ownerReferences: [] } };
    taskRun(one, 'main', {}, { spec: { status: 'TaskRunCancelled' }, ...forged });
    await expect(follow(one)).resolves.toMatchObject({ observation: { phase: 'Running' } });
    await clock.advance(statusDeadlineMs);
    await expect(follow(one)).resolves.toMatchObject({ observation: { phase: 'Running' } });
    await clock.advance(1);
    await expect(follow(one)).resolves.toMatchObject({ observation: { phase: 'Failed' } });
  });

  it('does not end it while a step runs, even long after the end of its PipelineRun', async () => {
    const { follow, execution, pipelineRun, taskRun, pod, clock } = aStep();
    const one = execution();
    pipelineRun(one, { status: hasFailed });
    taskRun(one, 'main', { ...succeeded('False', 'TaskRunCancelled'), podName: 'main-pod' });
    pod(one, 'main', running);

    await clock.advance(10 * statusDeadlineMs);

    const message = expect.stringContaining('Waiting for pod main-pod (step s) to end.');
    await expect(follow(one)).resolves.toMatchObject({ observation: { phase: 'Running', message } });
  });

  it('reports that its PipelineRun is gone when a live read finds none', async () => {
    const { follow, execution, server } = aStep();
    const pipelineRunRef = {
      ...{ apiVersion: 'tekton.dev/v1', kind: 'PipelineRun' },
      ...{ name: 'r', namespace: 'payment', uid: 'u' },
    };
    const one = execution({ status: { phase: 'Running', pipelineRunRef } });
    await expect(follow(one)).resolves.toMatchObject({
      observation: { phase: 'Failed', failure: { reason: 'PipelineRunDeleted', wasExecutionFailure: true } },
    });
    expect(server.verbs).toEqual(['get', 'list', 'list', 'list']);
  });

  it('does not wait for a PipelineRun that is being deleted: it cancels what still runs', async () => {
    const { follow, execution, pipelineRun, taskRun, server } = aStep();
    const one = execution();
    pipelineRun(one, { status: isRunning, metadata: { deletionTimestamp: completionTime, finalizers: ['a/b'] } });
    taskRun(one, 'main', {});
    const message = expect.stringContaining('is being deleted. Waiting for TaskRun main to end.');
    await expect(follow(one)).resolves.toMatchObject({ observation: { phase: 'Running', message } });
    taskRun(one, 'main', { ...succeeded('False', 'TaskRunCancelled'), podName: 'main-pod' });
    await expect(follow(one)).resolves.toMatchObject({
      observation: { phase: 'Failed', failure: { reason: 'PipelineRunDeleted', wasExecutionFailure: true } },
    });
    expect(server.verbs).toContain('patch');
  });
});

describe('following an execution whose end Tekton does not record', () => {
  it('records that, then cancels it, and finally ends the execution', async () => {
    const { follow, execution, pipelineRun, taskRun, pod, storedRun, clock } = aStep();
    const one = execution();
    pipelineRun(one, { status: isRunning, metadata: { creationTimestamp: startTime } });
    taskRun(one, 'main', {});
    pod(one, 'main', ended);
    await clock.advance(statusDeadlineMs);

    const first = await follow(one);
    expect(first).toMatchObject({ observation: { phase: 'Running', endNotRecorded: true }, requeueAfterMs: 30_000 });
    expect(storedRun(one)?.spec.status).toBeUndefined();

    const given = written(one, first);
    await expect(follow(given)).resolves.toMatchObject({ observation: { endNotRecorded: true } });
    expect(storedRun(one)?.spec.status).toBe('Cancelled');

    await clock.advance(30_000);
    await expect(follow(given)).resolves.toMatchObject({
      observation: { phase: 'Running', endNotRecorded: true, message: expect.stringContaining('TaskRun main') },
    });
    await expect(follow(given)).resolves.toMatchObject({
      observation: { phase: 'Failed', failure: { reason: 'UnknownStatus', wasExecutionFailure: true } },
    });
  });

  it('does not treat the end that Tekton then records as a cancellation', async () => {
    const { follow, execution, pipelineRun } = aStep();
    const one = written(execution(), {
      kind: 'observed',
      observation: {
        ...{ phase: 'Running', message: 'not recorded', endNotRecorded: true },
        pipelineRun: { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', name: 'r', namespace: 'payment' },
      },
    });
    pipelineRun(one, { status: { ...succeeded('False', 'Cancelled'), startTime, completionTime } });
    await expect(follow(one)).resolves.toMatchObject({ observation: { failure: { reason: 'UnknownStatus' } } });
  });
});

describe('following an execution whose status reports that the end is not recorded', () => {
  const ready = { type: 'Ready', status: 'Unknown', reason: 'EndNotRecorded', message: '' } as const;
  const conditions = [{ ...ready, lastTransitionTime: startTime }];

  /** The execution, long after Tekton should have recorded the end. */
  async function overdue(spec: object = {}) {
    const cluster = aStep();
    const one = cluster.execution({ status: { phase: 'Running', conditions } });
    cluster.pipelineRun(one, { spec, status: isRunning, metadata: { creationTimestamp: startTime } });
    await cluster.clock.advance(2 * statusDeadlineMs);
    return { ...cluster, follow: () => cluster.follow(one), one };
  }

  it('ends it when nothing of it is alive', async () => {
    const { follow } = await overdue();
    await expect(follow()).resolves.toMatchObject({
      observation: { phase: 'Failed', failure: { reason: 'UnknownStatus' } },
    });
  });

  it('cancels it once', async () => {
    const { follow, server } = await overdue({ status: 'Cancelled' });
    await follow();
    expect(server.verbs).not.toContain('patch');
  });
});
