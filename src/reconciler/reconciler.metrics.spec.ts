import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { workflowExecutionResource } from '../workflow-execution/resource.ts';
import { aDoneExecution } from './cleanup/settlement.builders.ts';
import { aFakeCluster } from './fake-cluster.builders.ts';
import { countByPhase, executionQueue, oldestPendingSeconds } from './reconciler.metrics.ts';

it('every phase has its number of executions, also zero', () => {
  expect(counted(['Pending', 'Running', 'Running'], true)).toEqual({
    ...{ Pending: 1, Running: 2, Completed: 0, Failed: 0, Skipped: 0 },
  });
});

it('final phases have no number before the history is complete', () => {
  expect(counted(['Pending', 'Completed'], false)).toEqual({ Pending: 1, Running: 0 });
});

function counted(...given: Parameters<typeof countByPhase>): Record<string, number> {
  return Object.fromEntries(countByPhase(...given).map(({ labels, value }) => [String(labels?.['phase']), value]));
}

it('namespaces take turns in the queue, and settled executions wait for all others', async () => {
  const { server, sync, executions, history } = aFakeCluster();
  for (const [name, status] of Object.entries({ ended: {}, settled: { settled: true } })) {
    server.put(workflowExecutionResource, aDoneExecution({ metadata: { name }, status }));
  }
  sync();
  const queue = executionQueue(executions, history);
  const processed: string[] = [];
  for (const key of ['payment/settled', 'payment/ended', 'payment/new', 'shop/new']) queue.add(key);
  void queue.run((key) => Promise.resolve(void processed.push(key)), {
    concurrency: 1,
    signal: new AbortController().signal,
  });
  await queue.drain();

  expect(processed).toEqual(['payment/ended', 'shop/new', 'payment/new', 'payment/settled']);
});

describe('how long executions have been Pending', () => {
  const now = new Date('2026-01-02T03:04:05Z');
  const createdAt = (creationTimestamp: string, phase?: 'Pending' | 'Running') =>
    aWorkflowExecution({ metadata: { creationTimestamp }, status: phase && { phase } });

  it('is that of the oldest one, even if it was never reconciled', () => {
    const executions = [
      createdAt('2026-01-02T03:03:05Z', 'Pending'),
      createdAt('2026-01-02T03:02:05Z'),
      createdAt('2026-01-01T00:00:00Z', 'Running'),
    ];
    expect(oldestPendingSeconds(executions, now)).toBe(120);
  });

  it.each([
    ['none is', [createdAt('2026-01-01T00:00:00Z', 'Running')]],
    ['the clock of the API server is ahead', [createdAt('2026-01-02T03:04:06Z')]],
  ])('is 0 when %s', (_case, executions) => {
    expect(oldestPendingSeconds(executions, now)).toBe(0);
  });
});
