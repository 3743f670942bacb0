import { describe, expect, it } from '@jest/globals';
import { succeeded } from '../../tekton/pipeline-run.builders.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { aFakeCluster, notOurs } from '../fake-cluster.builders.ts';
import { requestCancellation } from './follow-pipeline-run.step.ts';
import { cancelBeforeStart } from './pending.steps.ts';

const { signal } = new AbortController();
const cancelled = { spec: { cancelRequested: true } };

function aCluster() {
  const cluster = aFakeCluster();
  return {
    ...cluster,
    beforeStart: (execution: WorkflowExecution) => cancelBeforeStart(execution, cluster, signal),
    request: (execution: WorkflowExecution) => requestCancellation(execution, cluster, signal),
  };
}

describe('an execution that is cancelled before it has started', () => {
  it('has failed as Cancelled, and nothing has run', async () => {
    const { beforeStart, execution } = aCluster();
    await expect(beforeStart(execution(cancelled))).resolves.toEqual({
      kind: 'observed',
      observation: {
        phase: 'Failed',
        failure: { reason: 'Cancelled', message: expect.stringMatching(/cancelled .+\.$/), wasExecutionFailure: false },
      },
    });
  });

  it.each([{}, { spec: { params: [] } }])('is started first when it has a PipelineRun: %j', async (over) => {
    const { beforeStart, execution, unseenPipelineRun } = aCluster();
    const one = execution(cancelled);
    unseenPipelineRun(one, over);
    await expect(beforeStart(one)).resolves.toEqual({ kind: 'next', execution: one });
  });

  it('has failed although there is a foreign PipelineRun of its name', async () => {
    const { beforeStart, execution, unseenPipelineRun } = aCluster();
    const one = execution(cancelled);
    unseenPipelineRun(one, notOurs);
    await expect(beforeStart(one)).resolves.toMatchObject({ observation: { phase: 'Failed' } });
  });

  it.each([undefined, false])('requires a request: with cancelRequested %p it continues', async (cancelRequested) => {
    const { beforeStart, execution, server } = aCluster();
    const one = execution({ spec: { cancelRequested } });
    await expect(beforeStart(one)).resolves.toEqual({ kind: 'next', execution: one });
    expect(server.verbs).toEqual([]);
  });
});

describe('an execution that is cancelled while it runs', () => {
  it('has its PipelineRun cancelled, once', async () => {
    const { request, execution, pipelineRun, storedRun, server } = aCluster();
    const one = execution(cancelled);
    pipelineRun(one, { status: succeeded('Unknown', 'Running') });
    await expect(request(one)).resolves.toEqual({ kind: 'next', execution: one });
    expect(storedRun(one)?.spec.status).toBe('CancelledRunFinally');
    await request(one);
    expect(server.verbs).toEqual(['patch']);
  });

  it('has it cancelled again, without its finally tasks, when that is requested', async () => {
    const { request, execution, pipelineRun, storedRun, server } = aCluster();
    const one = execution({ spec: { cancelRequested: true, cancelMode: 'Immediate' } });
    pipelineRun(one, { status: succeeded('Unknown', 'Running'), spec: { status: 'CancelledRunFinally' } });
    await request(one);
    expect(storedRun(one)?.spec.status).toBe('Cancelled');
    await request(one);
    expect(server.verbs).toEqual(['patch']);
  });

  it.each([
    ['it has ended', cancelled, { status: succeeded('True', 'Succeeded') }],
    ['it was cancelled by hand', cancelled, { spec: { status: 'Cancelled' } }],
    ['no cancellation is requested', { spec: { cancelRequested: false } }, {}],
    ['it is foreign', cancelled, notOurs],
  ])('keeps the PipelineRun when %s', async (_, over, run) => {
    const { request, execution, pipelineRun, server } = aCluster();
    const one = execution(over);
    pipelineRun(one, run);
    await expect(request(one)).resolves.toEqual({ kind: 'next', execution: one });
    expect(server.verbs).not.toContain('patch');
  });

  it('continues when its PipelineRun is gone', async () => {
    const { request, execution } = aCluster();
    const one = execution(cancelled);
    await expect(request(one)).resolves.toEqual({ kind: 'next', execution: one });
  });
});

it('an execution without a requested cancellation costs no request', async () => {
  const { request, execution, server } = aCluster();
  const one = execution({ status: { phase: 'Running' } });
  await expect(request(one)).resolves.toEqual({ kind: 'next', execution: one });
  expect(server.verbs).toEqual([]);
});
