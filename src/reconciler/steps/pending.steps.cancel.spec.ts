import { describe, expect, it } from '@jest/globals';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { aFakeCluster, foreignOwned } from '../fake-cluster.builders.ts';
import { cancelBeforeStart } from './pending.steps.ts';

const { signal } = new AbortController();
const cancelled = { spec: { cancelRequested: true } };

function aCluster() {
  const cluster = aFakeCluster();
  return {
    ...cluster,
    beforeStart: (execution: WorkflowExecution) => cancelBeforeStart(execution, cluster, signal),
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
    unseenPipelineRun(one, foreignOwned);
    await expect(beforeStart(one)).resolves.toMatchObject({ observation: { phase: 'Failed' } });
  });

  it.each([undefined, false])('requires a request: with cancelRequested %p it continues', async (cancelRequested) => {
    const { beforeStart, execution, server } = aCluster();
    const one = execution({ spec: { cancelRequested } });
    await expect(beforeStart(one)).resolves.toEqual({ kind: 'next', execution: one });
    expect(server.verbs).toEqual([]);
  });
});
