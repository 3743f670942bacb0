import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import type { WorkflowExecutionStatus } from '../../workflow-execution/generated/workflow-execution.ts';
import { aFakeCluster, notOurs } from '../fake-cluster.builders.ts';
import { EnforceStartDeadline } from './enforce-start-deadline.step.ts';

const { signal } = new AbortController();
const refusedAt = '2026-01-02T03:00:00Z';
const refused: WorkflowExecutionStatus = {
  phase: 'Pending',
  conditions: [
    {
      ...{ type: 'PipelineRunCreated', status: 'False', reason: 'Forbidden', message: 'exceeded quota' },
      lastTransitionTime: refusedAt,
    },
  ],
};

function aStep(minutes: number) {
  const cluster = aFakeCluster();
  const clock = new FakeClock(new Date(Date.parse(refusedAt) + minutes * 60_000));
  return { ...cluster, step: new EnforceStartDeadline(cluster.pipelineRuns, { startDeadlineMs: 600_000 }, clock) };
}

describe('the start deadline', () => {
  it.each([
    ['has not been tried', 60, undefined],
    ['was refused a short time ago', 9, refused],
  ])('lets an execution go on that %s', async (_, minutes, status) => {
    const { step, execution, server } = aStep(minutes);
    const one = execution({ status });
    await expect(step.run(one, signal)).resolves.toEqual({ kind: 'next', execution: one });
    expect(server.verbs).toEqual([]);
  });

  it.each([
    ['there is no PipelineRun', undefined],
    ['somebody else has one of its name', notOurs],
  ])('fails one that was refused for too long when %s', async (_, other) => {
    const { step, execution, unseenPipelineRun } = aStep(10);
    const one = execution({ status: refused });
    if (other) unseenPipelineRun(one, other);
    await expect(step.run(one, signal)).resolves.toMatchObject({
      kind: 'observed',
      observation: { phase: 'Failed', failure: { reason: 'Forbidden', wasExecutionFailure: false } },
    });
  });

  it('lets one go on of which an earlier try has created the PipelineRun after all', async () => {
    const { step, execution, unseenPipelineRun } = aStep(60);
    const one = execution({ status: refused });
    unseenPipelineRun(one);
    await expect(step.run(one, signal)).resolves.toEqual({ kind: 'next', execution: one });
  });
});
