import { describe, expect, it } from '@jest/globals';
import type {
  WorkflowExecution,
  WorkflowExecutionStatus,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { logEntryOf } from './log-entry.ts';
import { transitions } from './transitions.ts';

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

/** The log entries for the transitions between two versions. */
function entriesOf(before: WorkflowExecution, after: WorkflowExecution) {
  return transitions(before, after).flatMap((transition) => logEntryOf(transition, after) ?? []);
}

function messagesOf(before: WorkflowExecutionStatus | undefined, after: WorkflowExecutionStatus) {
  const entries = entriesOf(aWorkflowExecution({ status: before }), aWorkflowExecution({ status: after }));
  return entries.map(({ message }) => message);
}

describe('the log entries of an execution', () => {
  it.each([
    ['that is reconciled for the first time and waits', undefined, { phase: 'Pending' }, ['execution created']],
    ['that starts immediately', undefined, running, ['execution created', 'execution started']],
    ['that starts after it has waited', { phase: 'Pending' }, running, ['execution started']],
    ['that is being cancelled', running, cancelling, ['execution is being cancelled']],
    ['whose cancellation becomes immediate', cancelling, stopping, ['execution is being cancelled']],
    ['that ends', running, completed, ['execution ended']],
    ['that ends before it starts', undefined, { phase: 'Skipped' }, ['execution created', 'execution ended']],
    ['that has ended before', completed, completed, []],
    ['that is unchanged', running, running, []],
  ] as const)('%s', (_, before, after, messages) => {
    expect(messagesOf(before, after)).toEqual(messages);
  });

  const fieldsOf = (before: WorkflowExecutionStatus | undefined, after: WorkflowExecutionStatus, annotations = {}) =>
    entriesOf(
      aWorkflowExecution({ status: before }),
      aWorkflowExecution({ metadata: { annotations }, status: after }),
    ).map(({ fields }) => fields);

  it('name its creator, its creation time and its purpose', () => {
    const created = {
      at: '2026-01-02T03:04:05Z',
      workflow: 'oomkill-increase-memory',
      version: '1.0.0',
      target: 'payment/deployment/payment-api',
      for: 'rr-pod-crash-f8a3b9c2',
    };
    expect(fieldsOf(undefined, { phase: 'Pending' })).toEqual([created]);
    const annotations = { 'workflowexecution.kubernaut.ai/created-by': 'alice' };
    expect(fieldsOf(undefined, { phase: 'Pending' }, annotations)).toEqual([{ ...created, by: 'alice' }]);
    const [bare] = entriesOf(aWorkflowExecution(), aWorkflowExecution({ status: { phase: 'Pending' } }));
    expect(bare?.fields).toEqual(created);
  });

  it('name the PipelineRun and who requested its cancellation', () => {
    expect(fieldsOf({ phase: 'Pending' }, running)).toEqual([{ pipelineRun: 'run-1' }]);
    const annotations = { 'workflowexecution.kubernaut.ai/cancel-requested-by': 'bob' };
    expect(fieldsOf(running, cancelling, annotations)).toEqual([{ by: 'bob', mode: 'Graceful', pipelineRun: 'run-1' }]);
    const [bare] = entriesOf(aWorkflowExecution({ status: running }), aWorkflowExecution({ status: cancelling }));
    expect(bare?.fields).toEqual({ mode: 'Graceful', pipelineRun: 'run-1' });
  });

  it.each<[string, WorkflowExecutionStatus, object]>([
    ['well', { ...completed, message: 'done' }, { outcome: 'Success', durationSeconds: 90, detail: 'done' }],
    [
      'badly',
      { ...completed, outcome: 'Failed', failure: { reason: 'TaskFailed', message: '', wasExecutionFailure: true } },
      { outcome: 'Failed', reason: 'TaskFailed', durationSeconds: 90 },
    ],
    [
      'before its start',
      {
        ...{ phase: 'Skipped', pipelineRunRef, outcome: 'Skipped', completionTime: '2026-01-02T03:05:35Z' },
        skip: { reason: 'ResourceBusy', message: '', skippedAt: '2026-01-02T03:05:35Z' },
      } as const,
      { outcome: 'Skipped', reason: 'ResourceBusy' },
    ],
    ['without times', { ...running, phase: 'Completed' }, {}],
  ])('have its outcome and its duration: %s', (_, status, fields) => {
    expect(fieldsOf(running, status)).toEqual([fields]);
  });

  it('report a cancellation once', () => {
    expect(messagesOf(cancelling, cancelling)).toEqual([]);
  });
});

it('a withdrawn cancellation has no log entry', () => {
  expect(messagesOf(cancelling, running)).toEqual([]);
});
