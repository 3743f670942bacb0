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

describe('decideCancel', () => {
  it.each<[string, WorkflowExecutionStatus | undefined, boolean, string]>([
    ['without a status', undefined, false, 'patch'],
    ['that is Pending', { phase: 'Pending' }, false, 'patch'],
    ['that is Running', { phase: 'Running' }, false, 'patch'],
    ['that is being cancelled', { phase: 'Running' }, true, 'nothing'],
    ['that was canceled by the API', failed('Cancelled'), true, 'nothing'],
    ['that was canceled in Tekton', failed('Cancelled'), false, 'nothing'],
    ['that is Completed', { phase: 'Completed' }, false, 'finished'],
    ['that completed before the cancellation took effect', { phase: 'Completed' }, true, 'finished'],
    ['that failed', failed('TaskFailed'), true, 'finished'],
    ['that is Skipped', { phase: 'Skipped' }, false, 'finished'],
  ])('decides for an execution %s', (_, status, cancelRequested, expected) => {
    const spec = cancelRequested ? { cancelRequested } : {};

    expect(decideCancel(aWorkflowExecution({ spec, status }), 'Graceful')).toBe(expected);
  });

  it.each<[string, WorkflowExecutionSpec['cancelMode'], CancelMode, string]>([
    ['Immediate after Graceful by default', undefined, 'Immediate', 'patch'],
    ['Immediate after Graceful', 'Graceful', 'Immediate', 'patch'],
    ['Immediate after Immediate', 'Immediate', 'Immediate', 'nothing'],
    ['Graceful after Immediate', 'Immediate', 'Graceful', 'nothing'],
  ])('decides for %s', (_, cancelMode, mode, expected) => {
    const execution = aWorkflowExecution({
      spec: { cancelRequested: true, cancelMode },
      status: { phase: 'Running' },
    });

    expect(decideCancel(execution, mode)).toBe(expected);
  });
});
