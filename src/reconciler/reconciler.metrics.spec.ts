import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { countByPhase, oldestPendingSeconds } from './reconciler.metrics.ts';

it('every phase has its number of executions, also zero', () => {
  const counts = countByPhase(['Pending', 'Running', 'Running']).map(({ labels, value }) => [labels?.['phase'], value]);
  expect(Object.fromEntries(counts)).toEqual({ Pending: 1, Running: 2, Completed: 0, Failed: 0, Skipped: 0 });
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
