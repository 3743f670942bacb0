import { expect, it } from '@jest/globals';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import { releasePipelineRun } from './finished.steps.ts';

it('releasing the PipelineRun of an execution continues with the next step', async () => {
  const { retention, execution, pipelineRun, storedRun } = aFakeCluster();
  const one = execution({ status: { phase: 'Completed' } });
  pipelineRun(one, { metadata: { deletionTimestamp: '2026-01-02T03:04:05Z' } });
  const { signal } = new AbortController();
  await expect(releasePipelineRun(one, { retention }, signal)).resolves.toEqual({ kind: 'next', execution: one });
  expect(storedRun(one)).toBeUndefined();
});
