import { expect, it } from '@jest/globals';
import type { WorkflowExecutionStatus } from './generated/workflow-execution.ts';
import { targetHoldOf } from './target-holder.ts';
import { aWorkflowExecution } from './workflow-execution.builders.ts';

const since = '2026-01-02T03:04:06Z';
const condition = (status: 'True' | 'False', reason: string) => ({
  ...{ type: 'PipelineRunCreated', status, reason, message: '', lastTransitionTime: since },
});
const waiting = (reason: string): WorkflowExecutionStatus => ({
  phase: 'Pending',
  conditions: [condition('False', reason)],
});

it.each<[string, WorkflowExecutionStatus | undefined, object | undefined]>([
  ['runs', { phase: 'Running', startTime: since }, { since }],
  ['runs without a recorded start', { phase: 'Running' }, {}],
  ['cannot create its PipelineRun', waiting('Forbidden'), { since }],
  ['ends a conflicting PipelineRun', waiting('PipelineRunConflict'), { since }],
  ['cannot resolve its target', waiting('TargetUnresolved'), undefined],
  ['is paused, with the start deadline running', waiting('Paused'), undefined],
  ['cannot lock its target', waiting('LockUnavailable'), undefined],
  ['is Pending without a condition', { phase: 'Pending' }, undefined],
  ['is new', undefined, undefined],
  ['has failed before its start', { ...waiting('Forbidden'), phase: 'Failed' }, undefined],
  ['has completed', { phase: 'Completed', startTime: since }, undefined],
])('the hold of an execution that %s', (_, status, expected) => {
  expect(targetHoldOf(aWorkflowExecution({ status }))).toEqual(expected);
});
