import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionStatus,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import type { Executions } from '../executions.ts';
import { ExpireFinished } from './expire-finished.step.ts';

const completed: WorkflowExecutionStatus = { phase: 'Completed', completionTime: '2026-01-02T03:04:05Z' };
const { signal } = new AbortController();

/** The step at a moment, and what it deletes. */
function at(moment: string) {
  const deleted: WorkflowExecution[] = [];
  const executions = { delete: (execution: WorkflowExecution) => Promise.resolve(void deleted.push(execution)) };
  return { step: new ExpireFinished(executions as unknown as Executions, new FakeClock(new Date(moment))), deleted };
}

describe('a finished execution', () => {
  it('is kept when it does not say how long', async () => {
    const { step, deleted } = at('2036-01-02T03:04:05Z');
    const outcome = await step.run(aWorkflowExecution({ status: completed }), signal);
    expect([outcome, deleted]).toEqual([{ kind: 'settled', reason: 'Finished' }, []]);
  });

  it('is looked at again when its time is over, to the millisecond', async () => {
    const { step, deleted } = at('2026-01-02T03:04:30.250Z');
    const outcome = await step.run(
      aWorkflowExecution({ status: completed, spec: { ttlSecondsAfterFinished: 60 } }),
      signal,
    );
    expect([outcome, deleted]).toEqual([{ kind: 'settled', reason: 'NotExpired', requeueAfterMs: 34_750 }, []]);
  });

  it('is deleted when its time is over', async () => {
    const { step, deleted } = at('2026-01-02T03:05:05Z');
    const execution = aWorkflowExecution({ status: completed, spec: { ttlSecondsAfterFinished: 60 } });
    await expect(step.run(execution, signal)).resolves.toEqual({ kind: 'settled', reason: 'Expired' });
    expect(deleted).toEqual([execution]);
  });
});

it('a finished execution that does not say when it ended is kept', async () => {
  const { step, deleted } = at('2036-01-02T03:04:05Z');
  const execution = aWorkflowExecution({ status: { phase: 'Completed' }, spec: { ttlSecondsAfterFinished: 60 } });
  const outcome = await step.run(execution, signal);
  expect([outcome, deleted]).toEqual([{ kind: 'settled', reason: 'Finished' }, []]);
});
