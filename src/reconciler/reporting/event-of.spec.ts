import { describe, expect, it } from '@jest/globals';
import { aCondition } from '../../audit/audit.builders.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import type { Observation } from '../../workflow-execution/observation.ts';
import { nextStatus } from '../../workflow-execution/status.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { eventOf } from './event-of.ts';
import { transitions } from './transitions.ts';

const now = new Date('2026-01-02T03:10:00Z');
const pipelineRun = { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', name: 'run-1', namespace: 'payment', uid: 'u' };
const running: Observation = { phase: 'Running', pipelineRun, message: 'runs' };
const cancelling: Observation = { ...running, cancelling: 'Graceful' };
const stopping: Observation = { ...running, cancelling: 'Immediate' };
const completed: Observation = { phase: 'Completed', pipelineRun, message: 'done' };
const undeclared: Observation = { ...completed, undeclaredParams: ['MEMORY_LIMT', 'B'] };
const refused: Observation = { phase: 'Pending', reason: 'Forbidden', message: 'not yet' };
const paused = (message: string): Observation => ({ phase: 'Pending', reason: 'Paused', message });
const failed = (reason: 'OOMKilled' | 'Cancelled' | 'ValidationFailed'): Observation => ({
  phase: 'Failed',
  failure: { reason, message: 'it broke', wasExecutionFailure: true },
});
const skipped: Observation = {
  phase: 'Skipped',
  skip: { reason: 'ResourceBusy', message: 'another one runs', skippedAt: '2026-01-02T03:10:00Z' },
};
const fresh = aWorkflowExecution();
const askedFor = aWorkflowExecution({ spec: { cancelRequested: true } });
const urgent = aWorkflowExecution({
  spec: { cancelRequested: true, cancelMode: 'Immediate' },
  metadata: {
    annotations: {
      'workflowexecution.kubernaut.ai/cancel-requested-by': 'alice',
      'workflowexecution.kubernaut.ai/immediate-cancel-requested-by': 'bob',
    },
  },
});

/** An execution that overrides the cooldown. */
function overriding(
  parameters: Record<string, string> = {},
  annotations: Record<string, string> = { 'workflowexecution.kubernaut.ai/created-by': 'alice' },
): WorkflowExecution {
  const spec = { overrideCooldownReason: 'approved by the incident lead', parameters };
  return aWorkflowExecution({ spec, metadata: { annotations } });
}

/** The execution after these observations were written. */
function after(execution: WorkflowExecution, ...observations: readonly Observation[]): WorkflowExecution {
  return observations.reduce((one, observation) => ({ ...one, status: nextStatus(one, observation, now) }), execution);
}

/** The Events of one write of the status, a line each. */
function eventsOf(before: WorkflowExecution, observation: Observation): string[] {
  const written = after(before, observation);
  return transitions(before, written, observation).flatMap((transition) => {
    const event = eventOf(transition, written);
    return event === undefined ? [] : [`${event.type} ${event.reason} ${event.action} ${event.note}`];
  });
}

const oomkill =
  'Running: workflow oomkill-increase-memory 1.0.0 on payment/deployment/payment-api, as PipelineRun run-1';

describe('the Events of an execution', () => {
  it.each<[string, WorkflowExecution, Observation, string[]]>([
    [
      'that is started',
      fresh,
      { ...running, begun: 'created' },
      [`Normal PipelineRunCreated StartPipelineRun ${oomkill}`],
    ],
    [
      'whose PipelineRun was there already',
      fresh,
      { ...running, begun: 'adopted' },
      [`Normal PipelineRunAdopted StartPipelineRun ${oomkill}, which an earlier attempt had created`],
    ],
    [
      'that overrides the cooldown',
      overriding(),
      { ...running, begun: 'created' },
      [
        'Normal CooldownOverridden AcquireTarget The cooldown of the target does not apply, as requested by alice: ' +
          'approved by the incident lead',
        `Normal PipelineRunCreated StartPipelineRun ${oomkill}`,
      ],
    ],
    [
      'that overrides the cooldown, with a secret in its reason and an unknown creator',
      overriding({ DB_PASSWORD: 'incident' }, {}),
      { ...running, begun: 'created' },
      [
        'Normal CooldownOverridden AcquireTarget The cooldown of the target does not apply, as requested: ' +
          '(withheld: it may quote the value of the secret parameter DB_PASSWORD)',
        `Normal PipelineRunCreated StartPipelineRun ${oomkill}`,
      ],
    ],
    [
      'that overrides the cooldown in vain',
      overriding(),
      skipped,
      ['Normal ResourceBusy AcquireTarget Skipped: another one runs'],
    ],
    ['that cannot be started, for the first time', fresh, refused, ['Warning Forbidden StartPipelineRun not yet']],
    ['that cannot be started again', after(fresh, refused), refused, ['Warning Forbidden StartPipelineRun not yet']],
    ['that is paused', fresh, paused('incident'), ['Normal Paused StartPipelineRun incident']],
    ['that is still paused', after(fresh, paused('incident')), paused('incident'), []],
    [
      'that is paused for another reason',
      after(fresh, paused('incident')),
      paused('maintenance'),
      ['Normal Paused StartPipelineRun maintenance'],
    ],
    [
      'that is cancelled',
      after(askedFor, running),
      cancelling,
      ['Normal CancellationRequested CancelPipelineRun Tekton was asked to cancel PipelineRun run-1'],
    ],
    [
      'that is cancelled immediately after it was cancelled gracefully',
      after(urgent, running, cancelling),
      stopping,
      [
        'Normal CancellationRequested CancelPipelineRun Tekton was asked to cancel PipelineRun run-1 immediately, ' +
          'without its finally tasks, as requested by bob',
      ],
    ],
    [
      'whose end Tekton does not record',
      after(fresh, running),
      { ...running, message: 'it should have ended', endNotRecorded: true },
      ['Warning EndNotRecorded CancelPipelineRun it should have ended'],
    ],
    [
      'whose end Tekton still does not record',
      after(fresh, running, { ...running, endNotRecorded: true }),
      { ...running, endNotRecorded: true },
      [],
    ],
    [
      'whose PipelineRun is cancelled by hand',
      after(fresh, running),
      cancelling,
      [
        'Normal CancellationRequested CancelPipelineRun PipelineRun run-1 is being cancelled, but not by this execution',
      ],
    ],
    [
      'whose PipelineRun was there already and is being cancelled',
      askedFor,
      { ...cancelling, begun: 'adopted' },
      [
        `Normal PipelineRunAdopted StartPipelineRun ${oomkill}, which an earlier attempt had created`,
        'Normal CancellationRequested CancelPipelineRun Tekton was asked to cancel PipelineRun run-1',
      ],
    ],
    ['that succeeds', after(fresh, running), completed, ['Normal Completed FollowPipelineRun Completed: done']],
    [
      'whose workflow does not declare its parameters',
      after(fresh, running),
      undeclared,
      [
        'Warning UndeclaredParameters FollowPipelineRun The workflow does not declare the parameters: MEMORY_LIMT, B',
        'Normal Completed FollowPipelineRun Completed: done',
      ],
    ],
    [
      'whose workflow fails',
      after(fresh, running),
      failed('OOMKilled'),
      ['Warning OOMKilled FollowPipelineRun Failed: it broke'],
    ],
    [
      'that fails before it runs',
      fresh,
      failed('ValidationFailed'),
      ['Warning ValidationFailed StartPipelineRun Failed: it broke'],
    ],
    [
      'that was cancelled',
      after(fresh, running, cancelling),
      failed('Cancelled'),
      ['Normal Cancelled FollowPipelineRun Failed: it broke'],
    ],
    ['that is skipped', fresh, skipped, ['Normal ResourceBusy AcquireTarget Skipped: another one runs']],
    ['that runs on', after(fresh, running), running, []],
    ['that is still being cancelled', after(fresh, running, cancelling), cancelling, []],
    ['that has ended before', after(fresh, running, completed), undeclared, []],
    ['that ended otherwise before', after(fresh, running, completed), failed('OOMKilled'), []],
    ['that runs, with a late observation of Pending', after(fresh, running), refused, []],
  ])('%s', (_what, before, observation, expected) => {
    expect(eventsOf(before, observation)).toEqual(expected);
  });
});

it.each<[string, object, object | undefined, string[]]>([
  ['cannot be recorded', { status: 'False', reason: 'Refused' }, undefined, ['Warning AuditRefused RecordAudit no']],
  ['still cannot', { status: 'False', reason: 'Refused' }, { status: 'False', reason: 'Refused' }, []],
  ['are recorded', { status: 'True', reason: 'Recorded' }, undefined, []],
])('an execution whose audit events %s', (_, now, previous, expected) => {
  const withAudit = (over?: object) =>
    aWorkflowExecution({
      status: {
        phase: 'Completed',
        conditions: over && [aCondition({ type: 'AuditRecorded', message: 'no', ...over })],
      },
    });
  const execution = withAudit(now);
  const events = transitions(withAudit(previous), execution).map((one) => eventOf(one, execution));
  expect(events.map((event) => `${event?.type} ${event?.reason} ${event?.action} ${event?.note}`)).toEqual(expected);
});

it('a withdrawn cancellation has no Event', () => {
  expect(eventsOf(after(askedFor, cancelling), running)).toEqual([]);
});
