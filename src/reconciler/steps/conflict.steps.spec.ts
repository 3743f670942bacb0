import { describe, expect, it } from '@jest/globals';
import { succeeded } from '../../tekton/pipeline-run.builders.ts';
import { pipelineRunResource } from '../../tekton/pipeline-run.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { nextStatus } from '../../workflow-execution/status.ts';
import { aFakeCluster, foreignOwned } from '../fake-cluster.builders.ts';
import { adoptOrEnd, endConflictingRun } from './conflict.steps.ts';
import type { StepOutcome } from './step.ts';

const { signal } = new AbortController();
const different = { spec: { pipelineSpec: {} }, status: { startTime: '2026-01-02T03:04:00Z' } };
const hasEnded = { ...different, status: { ...different.status, ...succeeded('False', 'Cancelled') } };

/** An execution with a PipelineRun that names it and differs from its own. */
function aConflict() {
  const cluster = aFakeCluster();
  const { clock } = cluster;
  const context = { ...cluster, config: { statusDeadlineMs: 600_000 } };
  const execution = cluster.execution();
  const pipelineRun = cluster.pipelineRun(execution, different);
  const end = (existing = pipelineRun) =>
    adoptOrEnd(execution, { kind: 'different', pipelineRun: existing }, context, signal);
  const ending = async () => observationOf(await end());
  const written = async (): Promise<WorkflowExecution> => ({
    ...execution,
    status: nextStatus(execution, await ending(), clock.now()),
  });
  const step = async (on: WorkflowExecution) => endConflictingRun(on, context, signal);
  const next = async (on: WorkflowExecution) => observationOf(await step(on));
  return { ...cluster, own: execution, run: pipelineRun, end, ending, written, step, next };
}

function observationOf(outcome: StepOutcome | undefined) {
  if (outcome?.kind !== 'observed') throw new Error(`it is ${outcome?.kind}`);
  return outcome.observation;
}

describe('a PipelineRun that names an execution and differs from its own', () => {
  it('is cancelled, and the execution waits for it', async () => {
    const { ending, storedRun, own } = aConflict();
    await expect(ending()).resolves.toEqual({
      phase: 'Pending',
      reason: 'PipelineRunConflict',
      message: expect.stringMatching(/differs from .+ is being cancelled\. Waiting for PipelineRun .+ to end\.$/),
    });
    expect(storedRun(own)?.spec.status).toBe('Cancelled');
  });

  it('is waited for until its last step has ended, and then the execution has failed', async () => {
    const { written, next, pipelineRun, taskRun, pod, own } = aConflict();
    const waiting = await written();
    pipelineRun(own, hasEnded);
    taskRun(own, 'main', { ...succeeded('False', 'TaskRunCancelled'), podName: 'main-pod' });
    pod(own, 'main', { running: {} });
    await expect(next(waiting)).resolves.toMatchObject({
      phase: 'Pending',
      message: expect.stringContaining('Waiting for pod main-pod (step s) to end.'),
    });
    pod(own, 'main', { terminated: { containerID: 'c' } });
    await expect(next(waiting)).resolves.toMatchObject({
      phase: 'Failed',
      failure: { reason: 'PipelineRunConflict', wasExecutionFailure: true },
    });
  });

  it.each([
    ['is gone', undefined],
    ['was replaced by a foreign one', foreignOwned],
  ])('is not replaced when it %s', async (_, over) => {
    const { written, next, server, run, unseenPipelineRun, own } = aConflict();
    const waiting = await written();
    server.remove(pipelineRunResource, run.metadata);
    if (over) unseenPipelineRun(own, over);
    await expect(next(waiting)).resolves.toMatchObject({
      phase: 'Failed',
      failure: { reason: 'PipelineRunConflict', wasExecutionFailure: true },
    });
  });

  it('is abandoned after the status deadline when Tekton does not end it and no step runs', async () => {
    const { written, next, clock } = aConflict();
    const waiting = await written();
    await clock.advance(600_000);
    await expect(next(waiting)).resolves.toMatchObject({ phase: 'Pending' });
    await clock.advance(1);
    await expect(next(waiting)).resolves.toMatchObject({ phase: 'Failed', failure: { wasExecutionFailure: true } });
  });

  it('is read only if the status reports it', async () => {
    const { step, own, server } = aConflict();
    await expect(step(own)).resolves.toEqual({ kind: 'next', execution: own });
    expect(server.verbs).toEqual([]);
  });
});

describe('a PipelineRun that differs and is cancelled already', () => {
  const cancelled = { ...different, spec: { ...different.spec, status: 'Cancelled' } };

  it('is not cancelled again', async () => {
    const { end, pipelineRun, own, server } = aConflict();
    await end(pipelineRun(own, cancelled));
    expect(server.verbs).not.toContain('patch');
  });

  it('is not abandoned while a step of it runs, however long that takes', async () => {
    const { written, next, taskRun, pod, own, clock } = aConflict();
    const waiting = await written();
    taskRun(own, 'main', { podName: 'main-pod' });
    pod(own, 'main', { running: {} });
    await clock.advance(1_200_000);
    await expect(next(waiting)).resolves.toMatchObject({ phase: 'Pending', reason: 'PipelineRunConflict' });
  });
});
