import { describe, expect, it } from '@jest/globals';
import { aCondition } from '../../audit/audit.builders.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionStatus,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import type { Executions } from '../executions/executions.ts';
import { expireFinished } from './finished.steps.ts';

const completed: WorkflowExecutionStatus = { phase: 'Completed', completionTime: '2026-01-02T03:04:05Z' };
const skipped: WorkflowExecutionStatus = {
  ...{ phase: 'Skipped', completionTime: '2026-01-02T03:04:05Z' },
  conditions: [aCondition({ type: 'AuditRecorded', status: 'True', reason: 'Recorded' })],
};
const { signal } = new AbortController();

/** The step at a given time, and what it deletes. */
function at(moment: string, ttlSkippedMs = 86_400_000) {
  const deleted: WorkflowExecution[] = [];
  const executions = {
    delete: (execution: WorkflowExecution) => Promise.resolve(void deleted.push(execution)),
  } as unknown as Executions;
  const clock = new FakeClock(new Date(moment));
  const context = { executions, clock, config: { ttlSkippedMs } };
  return { step: (execution: WorkflowExecution) => expireFinished(execution, context, signal), deleted };
}

describe('a finished execution', () => {
  it('is kept without a TTL', async () => {
    const { step, deleted } = at('2036-01-02T03:04:05Z');
    const outcome = await step(aWorkflowExecution({ status: completed }));
    expect([outcome, deleted]).toEqual([{ kind: 'settled', reason: 'Finished' }, []]);
  });

  it('is requeued for the end of its TTL, to the millisecond', async () => {
    const { step, deleted } = at('2026-01-02T03:04:30.250Z');
    const outcome = await step(aWorkflowExecution({ status: completed, spec: { ttlSecondsAfterFinished: 60 } }));
    expect([outcome, deleted]).toEqual([{ kind: 'settled', reason: 'NotExpired', requeueAfterMs: 34_750 }, []]);
  });

  it('is deleted when its TTL has passed', async () => {
    const { step, deleted } = at('2026-01-02T03:05:05Z');
    const execution = aWorkflowExecution({ status: completed, spec: { ttlSecondsAfterFinished: 60 } });
    await expect(step(execution)).resolves.toEqual({ kind: 'settled', reason: 'Expired' });
    expect(deleted).toEqual([execution]);
  });
});

describe('a Skipped execution without its own TTL', () => {
  const execution = aWorkflowExecution({ status: skipped });

  it('is requeued for the end of WFE_TTL_SKIPPED', async () => {
    const { step, deleted } = at('2026-01-03T03:04:04Z');
    const outcome = await step(execution);
    expect([outcome, deleted]).toEqual([{ kind: 'settled', reason: 'NotExpired', requeueAfterMs: 1_000 }, []]);
  });

  it('is deleted when WFE_TTL_SKIPPED has passed', async () => {
    const { step, deleted } = at('2026-01-03T03:04:05Z');
    await expect(step(execution)).resolves.toEqual({ kind: 'settled', reason: 'Expired' });
    expect(deleted).toEqual([execution]);
  });

  it.each([
    ['WFE_TTL_SKIPPED is 0s', execution, 0, 'Finished'],
    [
      'its audit events are not recorded',
      aWorkflowExecution({ status: { ...skipped, conditions: [] } }),
      1,
      'AuditIsPending',
    ],
  ])('is kept while %s', async (_, kept, ttlMs, reason) => {
    const { step, deleted } = at('2036-01-02T03:04:05Z', ttlMs);
    expect([await step(kept), deleted]).toEqual([{ kind: 'settled', reason }, []]);
  });

  it('is deleted by its own TTL before its audit events are recorded; the deletion waits for them', async () => {
    const { step, deleted } = at('2026-01-02T03:05:05Z');
    const own = aWorkflowExecution({ status: { ...skipped, conditions: [] }, spec: { ttlSecondsAfterFinished: 60 } });
    await expect(step(own)).resolves.toEqual({ kind: 'settled', reason: 'Expired' });
    expect(deleted).toEqual([own]);
  });
});

it('a finished execution without a completion time is kept', async () => {
  const { step, deleted } = at('2036-01-02T03:04:05Z');
  const execution = aWorkflowExecution({ status: { phase: 'Completed' }, spec: { ttlSecondsAfterFinished: 60 } });
  const outcome = await step(execution);
  expect([outcome, deleted]).toEqual([{ kind: 'settled', reason: 'Finished' }, []]);
});
