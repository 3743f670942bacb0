import { describe, expect, it } from '@jest/globals';
import { aCondition, anEndedExecution, aRunningExecution } from '../audit/audit.builders.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { PhaseSteps } from './phase-steps.ts';
import type { Step } from './steps/step.ts';
import type { DefaultTtls } from './executions/ttl.ts';

/** The steps in the order of the constructor. */
const names = [
  'skip restored',
  'end conflict',
  'validate',
  'cancel before start',
  'enforce start deadline',
  'add finalizer',
  'acquire target',
  'start',
  'keep target',
  'release PipelineRun',
  'request cancellation',
  'follow',
  'release target',
  'observe generation',
  'tell audit',
  'expire',
  'delete PipelineRun',
  'record deletion',
  'await audit',
  'remove finalizer',
];
const ran: string[] = [];
const steps = names.map((name): Step => ({
  run(execution: WorkflowExecution) {
    ran.push(name);
    return Promise.resolve({ kind: 'next', execution } as const);
  },
}));
const AnyLife = PhaseSteps as unknown as new (...parts: readonly (Step | DefaultTtls)[]) => PhaseSteps;
const life = new AnyLife(...steps, { ttlSkippedMs: 0 });
const { signal } = new AbortController();

/** The names of the steps of an execution; those that run at once are joined. */
async function stepsOf(execution: WorkflowExecution): Promise<string[]> {
  const steps: string[] = [];
  for (const step of life.steps(execution)) {
    ran.length = 0;
    await step.run(execution, signal);
    steps.push(ran.join(' & '));
  }
  return steps;
}

const conditions = [aCondition({ status: 'True' }), aCondition({ type: 'AuditRecorded', reason: 'Recorded' })];
const status = { conditions, observedGeneration: 1 };

describe('the life of an execution', () => {
  it.each([
    ['has completed', anEndedExecution({ status })],
    ['has failed', anEndedExecution({ status: { ...status, phase: 'Failed' } })],
    ['was skipped', aWorkflowExecution({ status: { ...status, phase: 'Skipped' } })],
  ])('is over when it %s and its audit events are done with', (_, execution) => {
    expect(life.isOver(execution)).toBe(true);
  });

  it.each([
    ['is new', aWorkflowExecution()],
    ['runs', aRunningExecution({ status })],
    ['has audit events on their way', anEndedExecution({ status: { observedGeneration: 1 } })],
    ['has a spec that has changed since', anEndedExecution({ status, metadata: { generation: 2 } })],
    ['is to be deleted in time', anEndedExecution({ status, spec: { ttlSecondsAfterFinished: 60 } })],
    ['is being deleted', anEndedExecution({ status, metadata: { deletionTimestamp: '2026-01-02T03:07:00Z' } })],
  ])('goes on when it %s', (_, execution) => {
    expect(life.isOver(execution)).toBe(false);
  });
});

it('goes on when a Skipped execution is deleted in time by default', () => {
  const skipped = aWorkflowExecution({ status: { ...status, phase: 'Skipped' } });
  expect(new AnyLife(...steps, { ttlSkippedMs: 60_000 }).isOver(skipped)).toBe(false);
});

it('has the start deadline that its step says', () => {
  const withDeadline = steps.map((step) => ({ ...step, dueInMs: () => 5 }));
  expect(new AnyLife(...withDeadline, { ttlSkippedMs: 0 }).startDeadlineInMs(aWorkflowExecution())).toBe(5);
});

describe('the steps of an execution', () => {
  const ended = ['release PipelineRun', 'observe generation', 'tell audit', 'expire'];
  const pending = [
    'skip restored',
    'end conflict',
    'cancel before start',
    'enforce start deadline',
    'validate',
    'add finalizer & acquire target',
    'start',
  ];

  it.each([
    ['new', aWorkflowExecution(), pending],
    ['Pending', aWorkflowExecution({ status: { phase: 'Pending' } }), pending],
    ['Running', aRunningExecution(), ['keep target', 'release PipelineRun', 'request cancellation', 'follow']],
    ['Completed', anEndedExecution(), ended],
    ['Skipped', aWorkflowExecution({ status: { phase: 'Skipped' } }), ended],
    ['Failed', anEndedExecution({ status: { phase: 'Failed' } }), ended],
  ])('that is %s', async (_, execution, expected) => {
    await expect(stepsOf(execution)).resolves.toEqual(expected);
  });

  it.each([undefined, 'Pending', 'Running', 'Completed', 'Failed', 'Skipped'] as const)(
    'that is being deleted are those of the deletion, also when it is %s',
    async (phase) => {
      const metadata = { deletionTimestamp: '2026-01-02T03:07:00Z' };
      const execution = aWorkflowExecution({ metadata, status: { phase } });
      await expect(stepsOf(execution)).resolves.toEqual([
        'delete PipelineRun',
        'release target',
        'record deletion',
        'await audit',
        'remove finalizer',
      ]);
    },
  );
});
