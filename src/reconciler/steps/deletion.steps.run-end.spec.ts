import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { succeeded } from '../../tekton/pipeline-run.builders.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import { awaitRunEnd } from './deletion.steps.ts';

const { signal } = new AbortController();
const clock = new FakeClock(new Date('2026-01-02T03:10:00Z'));

function aStep() {
  const cluster = aFakeCluster();
  return { ...cluster, step: (execution: WorkflowExecution) => awaitRunEnd(execution, { ...cluster, clock }, signal) };
}

describe('waiting for the run of a deleted execution', () => {
  it.each([
    ['a step of it runs', {}],
    ['a step of it runs and its target cannot be parsed', { spec: { targetResource: 'payment-api' } }],
  ])('checks again after a second while %s', async (_, more) => {
    const { step, execution, taskRun, pod } = aStep();
    const one = execution({ ...more, status: { phase: 'Running' } });
    taskRun(one, 'main', succeeded('False', 'TaskRunCancelled'));
    pod(one, 'main', { running: {} });
    await expect(step(one)).resolves.toEqual({ kind: 'settled', reason: 'RunIsEnding', requeueAfterMs: 1_000 });
  });

  it.each(['Pending', 'Running'] as const)('continues once nothing of it is alive (%s)', async (phase) => {
    const { step, execution } = aStep();
    const one = execution({ status: { phase } });
    await expect(step(one)).resolves.toEqual({ kind: 'next', execution: one });
  });

  it('reads nothing for an execution that has ended', async () => {
    const { step, execution, server } = aStep();
    const one = execution({ status: { phase: 'Completed' } });
    await expect(step(one)).resolves.toEqual({ kind: 'next', execution: one });
    expect(server.verbs).toEqual([]);
  });
});
