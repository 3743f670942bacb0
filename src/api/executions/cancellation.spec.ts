import { describe, expect, it } from '@jest/globals';
import type {
  CancelMode,
  WorkflowExecutionSpec,
  WorkflowExecutionStatus,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
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

    expect(cancellationOf(aWorkflowExecution({ spec, status }), 'Graceful')).toBe(expected);
  });

  it.each<[string, WorkflowExecutionSpec['cancelMode'], CancelMode, string]>([
    ['after a graceful one is', undefined, 'Immediate', 'request'],
    ['after one that says graceful is', 'Graceful', 'Immediate', 'request'],
    ['again is not', 'Immediate', 'Immediate', 'already'],
    ['and then a graceful one is not', 'Immediate', 'Graceful', 'already'],
  ])('in the immediate mode %s requested', (_, cancelMode, mode, expected) => {
    const execution = aWorkflowExecution({
      spec: { cancelRequested: true, cancelMode },
      status: { phase: 'Running' },
    });

    expect(cancellationOf(execution, mode)).toBe(expected);
  });
});
