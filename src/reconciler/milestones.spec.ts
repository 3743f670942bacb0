import { describe, expect, it } from '@jest/globals';
import type { WorkflowExecutionStatus } from '../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { milestonesOf } from './milestones.ts';

const pipelineRunRef = {
  apiVersion: 'tekton.dev/v1',
  kind: 'PipelineRun',
  name: 'run-1',
  namespace: 'payment',
  uid: 'u',
};
const running: WorkflowExecutionStatus = { phase: 'Running', pipelineRunRef, startTime: '2026-01-02T03:04:05Z' };
const completed: WorkflowExecutionStatus = {
  ...running,
  phase: 'Completed',
  outcome: 'Success',
  completionTime: '2026-01-02T03:05:35Z',
};
const cancelling: WorkflowExecutionStatus = {
  ...running,
  conditions: [
    { type: 'Ready', status: 'Unknown', reason: 'Cancelling', message: '', lastTransitionTime: '2026-01-02T03:04:06Z' },
  ],
};

const stopping: WorkflowExecutionStatus = {
  ...cancelling,
  conditions: cancelling.conditions?.map((condition) => ({ ...condition, reason: 'CancellingImmediately' })),
};

function told(before: WorkflowExecutionStatus | undefined, after: WorkflowExecutionStatus) {
  const milestones = milestonesOf(aWorkflowExecution({ status: before }), aWorkflowExecution({ status: after }));
  return milestones.map(({ message }) => message);
}

describe('the log tells of an execution', () => {
  it.each([
    ['that is looked at for the first time and waits', undefined, { phase: 'Pending' }, ['execution created']],
    ['that starts at once', undefined, running, ['execution created', 'execution started']],
    ['that starts after it has waited', { phase: 'Pending' }, running, ['execution started']],
    ['that is being cancelled', running, cancelling, ['execution is being cancelled']],
    ['whose cancellation becomes immediate', cancelling, stopping, ['execution is being cancelled']],
    ['that ends', running, completed, ['execution ended']],
    ['that ends before it starts', undefined, { phase: 'Skipped' }, ['execution created', 'execution ended']],
    ['that has ended before', completed, completed, []],
    ['that goes on', running, running, []],
  ] as const)('%s', (_, before, after, messages) => {
    expect(told(before, after)).toEqual(messages);
  });

  it('how it ended and how long it ran', () => {
    const [ended] = milestonesOf(aWorkflowExecution({ status: running }), aWorkflowExecution({ status: completed }));
    expect(ended?.fields).toMatchObject({ outcome: 'Success', durationSeconds: 90 });
  });
});
