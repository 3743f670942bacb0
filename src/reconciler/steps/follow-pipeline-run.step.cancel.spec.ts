import { describe, expect, it } from '@jest/globals';
import { succeeded } from '../../tekton/pipeline-run.builders.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { aFakeCluster, foreignOwned } from '../fake-cluster.builders.ts';
import { requestCancellation } from './follow-pipeline-run.step.ts';

const { signal } = new AbortController();
const cancelled = { spec: { cancelRequested: true } };

function aCluster() {
  const cluster = aFakeCluster();
  return {
    ...cluster,
    request: (execution: WorkflowExecution) => requestCancellation(execution, cluster, signal),
  };
}

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
    ['it is foreign', cancelled, foreignOwned],
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
