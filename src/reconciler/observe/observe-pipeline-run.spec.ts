import { describe, expect, it } from '@jest/globals';
import { aPipelineRun, aTaskRun, creationTimestamp, succeeded } from '../../tekton/pipeline-run.builders.ts';
import type { PipelineRun } from '../../tekton/pipeline-run.ts';
import type { TaskRun } from '../../tekton/task-run.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import {
  observeConflict,
  observeForeign,
  observeEnd as observe,
  observeEnding,
  observeMissingPipelineRun,
  observeRunning,
  observeStart,
} from './observe-pipeline-run.ts';

const pipelineRun = {
  apiVersion: 'tekton.dev/v1',
  kind: 'PipelineRun',
  name: 'run-1',
  namespace: 'payment',
  uid: 'uid-run-1',
};
const observeEnd = (pipelineRun: PipelineRun, taskRuns: readonly TaskRun[]) =>
  observe(pipelineRun, taskRuns, (text) => text.replaceAll('hunter2', '***'));
const run = { namespace: 'payment', name: 'run-1', uid: 'uid-run-1' };
const startTime = '2026-11-23T12:05:00Z';
const completionTime = '2026-11-23T12:05:07Z';
const child = { kind: 'TaskRun', name: 'run-1-a' };
const ran = aTaskRun('run-1-a', { ...succeeded('True', ''), steps: [{ name: 's', imageID: 'busybox@sha256:1' }] });
const notRun = aTaskRun('run-1-a', { ...succeeded('False', 'TaskRunCancelled'), steps: [{ name: 's' }] });

describe('an execution whose PipelineRun is running', () => {
  it('is Running from the creation of the PipelineRun, before and after Tekton starts it', () => {
    const message = 'PipelineRun run-1 is in progress';
    const running = { phase: 'Running', pipelineRun, startTime: creationTimestamp, message };
    expect(observeRunning(aPipelineRun())).toEqual(running);
    const provenance = { refSource: { digest: { sha256: 'a'.repeat(64) } } };
    const status = { ...succeeded('Unknown', 'Running'), startTime, provenance };
    expect(observeRunning(aPipelineRun({ status }))).toEqual(running);
  });

  it.each([
    ['CancelledRunFinally', 'Graceful'],
    ['Cancelled', 'Immediate'],
  ])('is being cancelled when spec.status is %s', (status, cancelling) => {
    expect(observeRunning(aPipelineRun({ spec: { status } }))).toMatchObject({ phase: 'Running', cancelling });
  });

  it('is named without a namespace if it has none', () => {
    const metadata = { ...aPipelineRun().metadata, namespace: undefined };
    expect(observeStart({ ...aPipelineRun(), metadata }, 'created')).toMatchObject({ pipelineRun: { namespace: '' } });
  });

  it('is Running when the PipelineRun is adopted, regardless of its state', () => {
    const ended = aPipelineRun({ status: { ...succeeded('True', 'Succeeded'), startTime, completionTime } });
    const expected = { phase: 'Running', pipelineRun, startTime: creationTimestamp, begun: 'adopted' };
    expect(observeStart(ended, 'adopted')).toMatchObject(expected);
  });

  it('has failed when the PipelineRun has another controller', () => {
    expect(observeForeign(aPipelineRun())).toMatchObject({
      phase: 'Failed',
      failure: { reason: 'PipelineRunConflict', message: expect.stringContaining('run-1'), wasExecutionFailure: false },
    });
  });

  it.each([
    ['may have run when it is gone', undefined, true],
    ['may have run when it is being deleted', aPipelineRun({ status: { startTime } }), true],
    [
      'has not run when it ended without a task',
      aPipelineRun({ status: { ...succeeded('True', ''), startTime } }),
      false,
    ],
    ['has not run when Tekton has not started it', aPipelineRun(), false],
  ])('has failed when a different PipelineRun names it, which %s', (_, other, wasExecutionFailure) => {
    const failure = {
      reason: 'PipelineRunConflict',
      message: expect.stringContaining('differs from'),
      wasExecutionFailure,
    };
    expect(observeConflict({ namespace: 'payment', name: 'run-1' }, other, [])).toMatchObject({
      phase: 'Failed',
      failure,
    });
  });

  it('reports that the PipelineRun is kept pending', () => {
    const pending = aPipelineRun({ spec: { status: 'PipelineRunPending' } });
    expect(observeRunning(pending)).toMatchObject({
      waiting: 'PipelineRunPending',
      message: 'PipelineRun run-1 waits for its spec.status PipelineRunPending to be cleared, for example by Kueue',
    });
  });
});

describe('an execution of which something is still alive', () => {
  const deletionTimestamp = '2026-11-23T12:06:00Z';

  it.each([
    ['has failed', aPipelineRun({ status: succeeded('False', 'ParameterMissing') }), 'has ended as ParameterMissing'],
    ['has succeeded', aPipelineRun({ status: succeeded('True', 'Succeeded') }), 'has succeeded'],
    ['was deleted', aPipelineRun({ metadata: { deletionTimestamp } }), 'is being deleted'],
    ['is gone', undefined, 'is gone'],
  ])('is Running after its PipelineRun %s, and reports what it waits for', (_, ended, how) => {
    const message = `PipelineRun run-1 ${how}. Waiting for pod a to end.`;
    const waiting = 'Ending';
    expect(observeEnding(run, ended, 'pod a')).toMatchObject({ phase: 'Running', pipelineRun, message, waiting });
  });
});

describe('an execution of which nothing is alive', () => {
  it('is Completed when its PipelineRun has succeeded', () => {
    const provenance = { refSource: { digest: { sha256: 'a'.repeat(64) } } };
    const status = { ...succeeded('True', ''), startTime, completionTime, childReferences: [child], provenance };
    expect(observeEnd(aPipelineRun({ status }), [])).toEqual({
      phase: 'Completed',
      pipelineRun,
      startTime: creationTimestamp,
      completionTime,
      bundleDigest: `sha256:${'a'.repeat(64)}`,
      message: 'PipelineRun run-1 succeeded. as Tekton says',
      allTasksSkipped: false,
    });
  });

  it.each(['True', 'False'])('knows the parameters that Tekton has ignored (Succeeded: %s)', (state) => {
    const spec = { params: [{ name: 'MEMORY_LIMT', value: '1Gi' }] };
    const ended = aPipelineRun({ spec, status: { ...succeeded(state, 'Done'), pipelineSpec: {} } });
    expect(observeEnd(ended, [])).toHaveProperty('undeclaredParams', ['MEMORY_LIMT']);
  });

  it('redacts secrets in messages of Tekton', () => {
    const ended = (status: string) => aPipelineRun({ status: succeeded(status, 'Done', 'hunter2') });
    expect(JSON.stringify([ended('True'), ended('False')].map((one) => observeEnd(one, [])))).not.toContain('hunter2');
  });

  it.each([
    ['every task was skipped', { skippedTasks: [{ name: 'a' }] }, true],
    ['one of its tasks was skipped', { skippedTasks: [{ name: 'a' }], childReferences: [child] }, false],
    ['there are no tasks in its status', {}, false],
  ])('has run nothing only when that is known: %s', (_, status, allTasksSkipped) => {
    const ended = aPipelineRun({ status: { ...succeeded('True', 'Completed'), ...status } });
    expect(observeEnd(ended, [])).toMatchObject({ phase: 'Completed', allTasksSkipped });
  });

  it('has failed when its PipelineRun has', () => {
    const status = { ...succeeded('False', 'CouldntGetPipeline'), startTime, completionTime };
    const failure = { reason: 'BundleResolutionFailed' };
    expect(observeEnd(aPipelineRun({ status }), [])).toMatchObject({ phase: 'Failed', completionTime, failure });
  });

  it('has failed when its PipelineRun has ended without a result', () => {
    const failure = { reason: 'UnknownStatus' };
    expect(observeEnd(aPipelineRun({ status: { completionTime } }), [])).toMatchObject({ phase: 'Failed', failure });
  });

  it.each([
    ['a step had run', { startTime, childReferences: [child] }, [ran], true],
    ['no step had run', { startTime, childReferences: [child] }, [notRun], false],
    ['its tasks are gone', { startTime }, [], true],
    ['Tekton had not started it', {}, [], false],
  ])('has failed when its PipelineRun was deleted before it ended, and %s', (_, status, taskRuns, ranSteps) => {
    const deleted = aPipelineRun({ metadata: { deletionTimestamp: completionTime }, status });
    const failure = { reason: 'PipelineRunDeleted', wasExecutionFailure: ranSteps };
    expect(observeEnd(deleted, taskRuns)).toMatchObject({ phase: 'Failed', pipelineRun, failure });
  });

  it.each([
    ['is gone', { pipelineRunRef: pipelineRun }, 'PipelineRunDeleted'],
    ['was never recorded', {}, 'MissingPipelineRun'],
  ] as const)('may have run steps when its PipelineRun %s', (_, status, reason) => {
    const execution = aWorkflowExecution({ status: { phase: 'Running', ...status } });
    const failure = { reason, wasExecutionFailure: true };
    expect(observeMissingPipelineRun(execution)).toMatchObject({ phase: 'Failed', failure });
  });
});

describe('the message of an execution', () => {
  const started = { ...succeeded('Unknown', 'Running'), startTime };

  it.each([
    ['is in progress', aPipelineRun({ status: started }), /^PipelineRun run-1 is in progress/],
    ['is in progress before Tekton starts it', aPipelineRun(), /^PipelineRun run-1 is in progress/],
    [
      'is being cancelled',
      aPipelineRun({ spec: { status: 'Cancelled' }, status: started }),
      /run-1 is being cancelled/,
    ],
  ])('reports that its PipelineRun %s', (_, one, message) => {
    expect(observeRunning(one)).toMatchObject({ message: expect.stringMatching(message) });
  });

  it.each([
    ['is given up', aPipelineRun({ status: started }), 'is being given up'],
    ['has failed without a reason', aPipelineRun({ status: succeeded('False', '') }), 'has ended as failed'],
  ])('reports that its PipelineRun %s while something of it is alive', (_, one, how) => {
    const message = expect.stringContaining(`run-1 ${how}. Waiting for pod a`);
    expect(observeEnding(run, one, 'pod a')).toMatchObject({ message });
  });

  it('reports that there is no PipelineRun if none was recorded', () => {
    const missing = observeMissingPipelineRun(aWorkflowExecution({ status: { phase: 'Running' } }));
    expect(missing).toHaveProperty('failure.message', expect.stringContaining('no PipelineRun of this execution'));
  });
});

it('an execution whose PipelineRun has ended keeps the time of its start', () => {
  const ended = aPipelineRun({ status: succeeded('False', 'Failed') });
  expect(observeEnding(run, ended, 'pod a')).toMatchObject({ startTime: ended.metadata.creationTimestamp });
});
