import { describe, expect, it } from '@jest/globals';
import type { WorkflowExecutionStatus } from '../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { cancellationOf } from './cancellation.ts';

const failed = (reason: 'Cancelled' | 'TaskFailed'): WorkflowExecutionStatus => ({
  phase: 'Failed',
  failure: { reason, message: '', wasExecutionFailure: false },
});

describe('a wish to cancel', () => {
  it.each<[string, WorkflowExecutionStatus | undefined, boolean, string]>([
    ['that nobody has looked at', undefined, false, 'request'],
    ['that waits', { phase: 'Pending' }, false, 'request'],
    ['that runs', { phase: 'Running' }, false, 'request'],
    ['that is asked to end already', { phase: 'Running' }, true, 'already'],
    ['that was cancelled', failed('Cancelled'), true, 'already'],
    ['that was cancelled by hand', failed('Cancelled'), false, 'already'],
    ['that completed', { phase: 'Completed' }, false, 'too-late'],
    ['that completed before it could be cancelled', { phase: 'Completed' }, true, 'too-late'],
    ['that failed', failed('TaskFailed'), true, 'too-late'],
    ['that was skipped', { phase: 'Skipped' }, false, 'too-late'],
  ])('of an execution %s is decided', (_, status, cancelRequested, expected) => {
    const spec = cancelRequested ? { cancelRequested } : {};

    expect(cancellationOf(aWorkflowExecution({ spec, status }))).toBe(expected);
  });
});
