import { describe, expect, it } from '@jest/globals';
import { anEndedExecution, aRunningExecution } from '../../audit/audit.builders.ts';
import { dueEvents } from '../../audit/due-events.ts';
import { finalizer } from '../../workflow-execution/metadata.ts';
import { nextStatus } from '../../workflow-execution/status.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { recordDeletion } from './deletion.steps.ts';

const deletionTimestamp = '2026-01-02T03:07:00Z';
const kept = { deletionTimestamp, finalizers: [finalizer, 'example.org/keep'] };

describe('recording the end of an execution that is being deleted', () => {
  it.each([
    ['runs', aRunningExecution({ metadata: kept }), true, 'ended'],
    ['is new', aWorkflowExecution({ metadata: kept }), false, 'run'],
  ])('is Failed when it %s and another finalizer keeps it', (_, execution, wasExecutionFailure, what) => {
    const outcome = recordDeletion(execution);
    const message = `The execution was deleted before it had ${what}`;
    const failure = { reason: 'Cancelled', message, wasExecutionFailure };
    const observation = { phase: 'Failed', failure };
    expect(outcome).toEqual({ kind: 'observed', observation, at: new Date(deletionTimestamp) });
  });

  it('keeps the times of its audit events', () => {
    const execution = aRunningExecution({ metadata: kept });
    const outcome = recordDeletion(execution);
    if (outcome.kind !== 'observed') throw new Error(outcome.kind);
    const status = nextStatus(execution, outcome.observation, outcome.at ?? new Date());
    const times = (one: typeof execution) => dueEvents(one).map(({ kind, time }) => [kind, Date.parse(time)]);
    expect(times({ ...execution, status })).toEqual(times(execution));
  });

  it.each([
    ['has ended', anEndedExecution({ metadata: kept })],
    ['has only our finalizer', aRunningExecution({ metadata: { ...kept, finalizers: [finalizer] } })],
  ])('is not written when it %s', (_, execution) => {
    expect(recordDeletion(execution)).toEqual({ kind: 'next', execution });
  });
});
