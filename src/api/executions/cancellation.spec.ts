import { describe, expect, it } from '@jest/globals';
import type {
  CancelMode,
  WorkflowExecutionSpec,
  WorkflowExecutionStatus,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { decideCancel } from './cancellation.ts';

const failed = (reason: 'Cancelled' | 'TaskFailed'): WorkflowExecutionStatus => ({
  phase: 'Failed',
  failure: { reason, message: '', wasExecutionFailure: false },
});

describe('a wish to cancel', () => {
  it.each<[string, WorkflowExecutionStatus | undefined, boolean, string]>([
    ['that nobody has looked at', undefined, false, 'patch'],
    ['that waits', { phase: 'Pending' }, false, 'patch'],
    ['that runs', { phase: 'Running' }, false, 'patch'],
    ['that is asked to end already', { phase: 'Running' }, true, 'nothing'],
    ['that was cancelled', failed('Cancelled'), true, 'nothing'],
    ['that was cancelled by hand', failed('Cancelled'), false, 'nothing'],
    ['that completed', { phase: 'Completed' }, false, 'finished'],
    ['that completed before it could be cancelled', { phase: 'Completed' }, true, 'finished'],
    ['that failed', failed('TaskFailed'), true, 'finished'],
    ['that was skipped', { phase: 'Skipped' }, false, 'finished'],
  ])('of an execution %s is decided', (_, status, cancelRequested, expected) => {
    const spec = cancelRequested ? { cancelRequested } : {};

    expect(decideCancel(aWorkflowExecution({ spec, status }), 'Graceful')).toBe(expected);
  });

  it.each<[string, WorkflowExecutionSpec['cancelMode'], CancelMode, string]>([
    ['after a graceful one is', undefined, 'Immediate', 'patch'],
    ['after one that says graceful is', 'Graceful', 'Immediate', 'patch'],
    ['again is not', 'Immediate', 'Immediate', 'nothing'],
    ['and then a graceful one is not', 'Immediate', 'Graceful', 'nothing'],
  ])('in the immediate mode %s requested', (_, cancelMode, mode, expected) => {
    const execution = aWorkflowExecution({
      spec: { cancelRequested: true, cancelMode },
      status: { phase: 'Running' },
    });

    expect(decideCancel(execution, mode)).toBe(expected);
  });
});
