import { describe, expect, it } from '@jest/globals';
import { aPipelineRun, aTaskRun, succeeded } from '../../tekton/pipeline-run.builders.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { nextStatus } from '../../workflow-execution/status.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { observeAnyEnd, observeUnrecordedCancellation, observeUnrecordedEnd } from './observe-deadlines.ts';

const now = new Date('2026-01-02T03:10:00Z');
const cancelled = aPipelineRun({ spec: { status: 'Cancelled' }, status: succeeded('False', 'Cancelled') });

/** The execution after the end of its run was not recorded in time. */
function givenUp(spec: { cancelRequested?: boolean } = {}): WorkflowExecution {
  const execution = aWorkflowExecution({ spec, status: { phase: 'Running' } });
  const observation = observeUnrecordedEnd(aPipelineRun(), 'It should have ended.');
  return { ...execution, status: nextStatus(execution, observation, now) };
}

describe('a run whose end Tekton does not record', () => {
  it('is cancelled, as its status says', () => {
    const expected = {
      phase: 'Running',
      endNotRecorded: true,
      message: 'It should have ended. It is being cancelled.',
    };
    expect(
      observeUnrecordedEnd(aPipelineRun({ spec: { status: 'Cancelled' } }), 'It should have ended.'),
    ).toMatchObject({ ...expected, cancelling: undefined });
  });

  it('is not Cancelled when Tekton records that cancellation', () => {
    const failure = { reason: 'UnknownStatus', message: expect.stringContaining('did not record') };
    expect(observeAnyEnd(givenUp(), cancelled, [])).toMatchObject({ phase: 'Failed', failure });
  });

  it.each([
    ['the cancellation of the execution was requested', givenUp({ cancelRequested: true }), cancelled, 'Cancelled'],
    ['its end was not found missing', aWorkflowExecution({ status: { phase: 'Running' } }), cancelled, 'Cancelled'],
    [
      'it ended otherwise meanwhile',
      givenUp(),
      aPipelineRun({ status: succeeded('False', 'PipelineRunTimeout') }),
      'DeadlineExceeded',
    ],
  ])('ends as recorded by Tekton when %s', (_, execution, pipelineRun, reason) => {
    expect(observeAnyEnd(execution, pipelineRun, [])).toMatchObject({ phase: 'Failed', failure: { reason } });
  });

  it.each([
    ['a TaskRun is not finished', [aTaskRun('run-1-a', {})], true],
    [
      'every TaskRun is finished and none has run',
      [aTaskRun('run-1-a', succeeded('False', 'PodCreationFailed'))],
      false,
    ],
    ['there is no TaskRun', [], false],
  ])('may have run steps when %s', (_, taskRuns, wasExecutionFailure) => {
    const failure = { reason: 'UnknownStatus', wasExecutionFailure };
    expect(observeUnrecordedCancellation(aPipelineRun(), taskRuns)).toMatchObject({ phase: 'Failed', failure });
  });
});

it('a run that succeeds before the cancellation is Completed', () => {
  const ended = aPipelineRun({ status: succeeded('True', 'Succeeded') });
  expect(observeAnyEnd(givenUp(), ended, [])).toMatchObject({ phase: 'Completed' });
});

it('a run without a recorded end says that it was cancelled', () => {
  expect(observeUnrecordedCancellation(aPipelineRun(), [])).toHaveProperty(
    'failure.message',
    expect.stringContaining('cancelled'),
  );
});

it.each([
  ['Completed', 'True'],
  ['Failed', 'False'],
])('an execution that is %s has the results of its run, without secrets', (phase, status) => {
  const results = [
    { name: 'node', value: 'w1' },
    { name: 'report', value: 'used hunter2' },
  ];
  const ended = aPipelineRun({ status: { ...succeeded(status, 'x'), results } });
  const execution = aWorkflowExecution({ spec: { parameters: { PASSWORD: 'hunter2' } } });
  expect(observeAnyEnd(execution, ended, [])).toMatchObject({
    phase,
    results: [
      { name: 'node', value: 'w1' },
      { name: 'report', value: expect.stringContaining('withheld') },
    ],
  });
});
