import { describe, expect, it } from '@jest/globals';
import type { Condition, WorkflowExecution } from './generated/workflow-execution.ts';
import type { Observation } from './observation.ts';
import {
  cancellingMode,
  isGenerationObserved,
  isPaused,
  observedStatus,
  nextStatus,
  withCondition,
  withObservedGeneration,
} from './status.ts';
import { aWorkflowExecution } from './workflow-execution.builders.ts';

const now = new Date('2026-01-02T03:10:00.789Z');
const reference = { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', name: 'run-1', namespace: 'payment', uid: 'u-1' };
const running: Observation = { phase: 'Running', pipelineRun: reference, message: 'runs' };
const failure = { reason: 'TaskFailed', message: 'no', wasExecutionFailure: true } as const;

function after(observations: readonly Observation[], execution = aWorkflowExecution()): WorkflowExecution {
  return observations.reduce(
    (current, observation) => ({ ...current, status: nextStatus(current, observation, now) }),
    execution,
  );
}

describe('the conditions of an execution', () => {
  const times = { lastTransitionTime: '2026-01-02T03:10:00Z', observedGeneration: 1 };
  const created = {
    type: 'PipelineRunCreated',
    status: 'True',
    reason: 'PipelineRunCreated',
    message: expect.stringContaining('run-1'),
    ...times,
  };
  const ready = (status: string, reason: string, message: string) => ({
    type: 'Ready',
    status,
    reason,
    message,
    ...times,
  });
  const finished = (reason: string, message: string) => ({ ...ready('True', reason, message), type: 'Finished' });
  const stalled = (reason: string, message: string) => ({ ...finished(reason, message), type: 'Stalled' });
  const skip = { reason: 'ResourceBusy', message: 'busy', skippedAt: '2026-01-02T03:10:00Z' } as const;

  it.each<[string, Observation, object[]]>([
    [
      'cannot be created',
      { phase: 'Pending', reason: 'Forbidden', message: 'no rights' },
      [
        ready('Unknown', 'Forbidden', 'no rights'),
        { type: 'PipelineRunCreated', status: 'False', reason: 'Forbidden', message: 'no rights', ...times },
      ],
    ],
    ['runs', running, [ready('Unknown', 'Running', 'runs'), created]],
    [
      'has succeeded',
      { phase: 'Completed', pipelineRun: reference, message: 'done' },
      [ready('True', 'Completed', 'done'), created, finished('Completed', 'done')],
    ],
    [
      'has failed',
      { phase: 'Failed', failure, pipelineRun: reference },
      [ready('False', 'TaskFailed', 'no'), created, finished('TaskFailed', 'no'), stalled('TaskFailed', 'no')],
    ],
    [
      'was not needed',
      { phase: 'Skipped', skip },
      [
        ready('False', 'ResourceBusy', 'busy'),
        { type: 'PipelineRunCreated', status: 'False', reason: 'ResourceBusy', message: 'busy', ...times },
        finished('ResourceBusy', 'busy'),
        stalled('ResourceBusy', 'busy'),
      ],
    ],
  ])('report that the PipelineRun %s', (_, observation, expected) => {
    expect(after([observation]).status?.conditions).toEqual(expected);
  });

  it('do not let the start deadline run during a pause', () => {
    const paused = { phase: 'Pending', reason: 'Paused', message: 'paused' } as const;
    const statusOf = (observation: Observation) =>
      after([observation]).status?.conditions?.find(({ type }) => type === 'PipelineRunCreated')?.status;
    expect(statusOf({ ...paused, stopsStartDeadline: true })).toBe('Unknown');
    expect(statusOf({ ...paused, stopsStartDeadline: false })).toBe('False');
    expect(isPaused(after([paused]))).toBe(true);
    expect(isPaused(after([paused, running]))).toBe(false);
  });

  it('are kept when another one is updated', () => {
    const update = { type: 'AuditRecorded', status: 'True', reason: 'Recorded', message: 'all' } as const;
    const execution = after([running]);
    const status = withCondition(execution, update, now);
    expect(status).toEqual({
      ...execution.status,
      conditions: [...(execution.status?.conditions ?? []), { ...update, ...times }],
    });
    expect(withCondition(aWorkflowExecution(), update, now)).toEqual({ conditions: [{ ...update, ...times }] });
  });

  it('report a cancellation only by Ready', () => {
    const { lastTransitionTime } = times;
    const other = { type: 'PipelineRunCreated', status: 'True', message: '', lastTransitionTime } as const;
    const conditions: Condition[] = [{ ...other, reason: 'Cancelling' }];
    expect(cancellingMode(aWorkflowExecution({ status: { conditions } }))).toBeUndefined();
    expect(cancellingMode(aWorkflowExecution({ status: {} }))).toBeUndefined();
    expect(cancellingMode(aWorkflowExecution())).toBeUndefined();
    expect(cancellingMode(after([running, { ...running, cancelling: undefined }]))).toBeUndefined();
  });
});

describe('the observed generation of a finished execution', () => {
  const finished = after([{ phase: 'Failed', failure }]);
  const changed = { ...finished, metadata: { ...finished.metadata, generation: 2 } };

  it('follows the spec without other changes', () => {
    expect([isGenerationObserved(finished), isGenerationObserved(changed)]).toEqual([true, false]);
    const conditions = finished.status?.conditions?.map((condition) => ({ ...condition, observedGeneration: 2 }));
    const status = withObservedGeneration(changed);
    expect(status).toEqual({ ...finished.status, observedGeneration: 2, conditions });
    expect(isGenerationObserved({ ...changed, status })).toBe(true);
  });

  it('is written without conditions', () => {
    expect(withObservedGeneration(aWorkflowExecution())).toEqual({ observedGeneration: 1 });
  });

  it('is absent without a generation', () => {
    const withoutGeneration = { metadata: { generation: undefined } };
    expect(isGenerationObserved(aWorkflowExecution(withoutGeneration))).toBe(true);
    expect(isGenerationObserved(after([{ phase: 'Failed', failure }], aWorkflowExecution(withoutGeneration)))).toBe(
      true,
    );
  });
});

describe('the default status of an execution', () => {
  it.each([
    ['is only the default of the CRD', { phase: 'Pending', observedGeneration: -1 } as const],
    ['is none', undefined],
  ])('does not count if it %s', (_, status) => {
    expect(observedStatus(aWorkflowExecution({ status }))).toBeUndefined();
  });

  it.each([1, undefined])('counts if its observed generation is %p', (observedGeneration) => {
    const status = { phase: 'Pending', observedGeneration } as const;
    expect(observedStatus(aWorkflowExecution({ status }))).toMatchObject({ phase: 'Pending' });
  });
});
