import { describe, expect, it } from '@jest/globals';
import { aCondition } from '../../audit/audit.builders.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import { observeGeneration } from './finished.steps.ts';

const { signal } = new AbortController();

describe('the observed generation of a finished execution', () => {
  it('is updated after a late cancellation', async () => {
    const { executions, execution, stored } = aFakeCluster();
    const status = { phase: 'Completed', observedGeneration: 1 } as const;
    const one = execution({ metadata: { generation: 2 }, spec: { cancelRequested: true }, status });
    const outcome = await observeGeneration(one, { executions }, signal);
    expect(outcome).toEqual({ kind: 'next', execution: stored(one) });
    expect(stored(one)?.status).toEqual({ ...status, observedGeneration: 2 });
  });

  it('costs no write when the spec is unchanged, although a condition is older', async () => {
    const { executions, execution, server } = aFakeCluster();
    const conditions = [aCondition({ observedGeneration: 1 })];
    const status = { phase: 'Completed', observedGeneration: 2, conditions } as const;
    const one = execution({ metadata: { generation: 2 }, status });
    await expect(observeGeneration(one, { executions }, signal)).resolves.toEqual({ kind: 'next', execution: one });
    expect(server.verbs).toEqual([]);
  });

  it('is outdated when the execution has changed', async () => {
    const { executions, execution } = aFakeCluster();
    const one = execution({ metadata: { generation: 2 }, status: { phase: 'Completed', observedGeneration: 1 } });
    const outdated = { ...one, metadata: { ...one.metadata, resourceVersion: '1' } };
    await expect(observeGeneration(outdated, { executions }, signal)).resolves.toEqual({ kind: 'outdated' });
  });
});
