import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import type { WorkflowExecutionStatus } from '../../workflow-execution/generated/workflow-execution.ts';
import { claimOf, cooldownOf } from './lock-claim.ts';

const now = new Date('2026-01-02T04:00:00.000Z');
const startTime = '2026-01-02T03:00:00Z';
const completionTime = '2026-01-02T03:05:00Z';
const failure = (wasExecutionFailure: boolean) => ({ reason: 'TaskFailed', message: '', wasExecutionFailure }) as const;

const skippedAll = {
  type: 'Ready',
  status: 'True',
  reason: 'AllTasksSkipped',
  message: '',
  lastTransitionTime: completionTime,
} as const;

describe('the cooldown of an execution', () => {
  it.each<[string, WorkflowExecutionStatus, string | undefined]>([
    ['completed', { phase: 'Completed', startTime, completionTime }, completionTime],
    ['completed with every task skipped', { phase: 'Completed', completionTime, conditions: [skippedAll] }, undefined],
    ['failed after a step ran', { phase: 'Failed', completionTime, failure: failure(true) }, completionTime],
    ['failed before a step ran', { phase: 'Failed', completionTime, failure: failure(false) }, undefined],
    ['was skipped', { phase: 'Skipped', completionTime }, undefined],
    ['was deleted while it ran', { phase: 'Running', startTime }, now.toISOString()],
    ['was deleted while it ran, recorded without a start', { phase: 'Running' }, now.toISOString()],
    ['was deleted while it was pending', { phase: 'Pending' }, undefined],
    ['is Pending although it has a start', { phase: 'Pending', startTime }, undefined],
    ['completed without a completion time', { phase: 'Completed' }, now.toISOString()],
    ['was deleted while it ran, with an end', { phase: 'Running', startTime, completionTime }, now.toISOString()],
  ])('that %s', (_what, status, expected) => {
    const execution = aWorkflowExecution({ status });
    expect(cooldownOf(execution, now)?.completionTime).toBe(expected);
  });

  it('names the workflow and the execution', () => {
    const execution = aWorkflowExecution({ status: { phase: 'Completed', completionTime } });
    expect(cooldownOf(execution, now)).toEqual({ ...claimOf(execution), completionTime });
  });
});

it('a claim has no repository when the bundle reference cannot be parsed', () => {
  const workflowRef = { workflowId: 'restart', version: '1', containerImage: 'quay.io/Upper/Case' };
  const execution = aWorkflowExecution({ spec: { workflowRef } });
  expect(claimOf(execution)).toStrictEqual({ execution: expect.anything(), workflowId: 'restart' });
});

it('a claim names the execution by its UID too, and its workflow', () => {
  expect(claimOf(aWorkflowExecution())).toEqual({
    execution: { namespace: 'payment', name: 'we-pod-crash', uid: '5e0b7a5c-0f0b-4a3e-9f4f-1f2d3c4b5a69' },
    workflowId: 'oomkill-increase-memory',
    repository: 'quay.io/kubernaut/oomkill',
  });
});

it('a claim overrides the cooldown if there is a reason; the cooldown that it leaves does not', () => {
  const spec = { overrideCooldownReason: 'approved by the incident lead' };
  const execution = aWorkflowExecution({ spec, status: { phase: 'Completed', completionTime } });
  expect(claimOf(execution)).toEqual({ ...claimOf(aWorkflowExecution()), overridesCooldown: true });
  expect(cooldownOf(execution, now)).not.toHaveProperty('overridesCooldown');
});
