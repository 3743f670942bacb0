import { describe, expect, it } from '@jest/globals';
import type { FailureReason } from '../workflow-execution/generated/workflow-execution.ts';
import { classifyFailure as classify } from './classify-failure.ts';
import { advice } from './failure-reasons.ts';
import { aPipelineRun, aTaskRun, succeeded } from './pipeline-run.builders.ts';
import type { PipelineRun } from './pipeline-run.ts';
import type { TaskRun } from './task-run.ts';

const classifyFailure = (pipelineRun: PipelineRun, taskRuns: readonly TaskRun[]) =>
  classify(pipelineRun, taskRuns, (text) => text);

const failed = (children: readonly string[] = []) =>
  aPipelineRun({
    status: { ...succeeded('False', 'Failed'), childReferences: children.map((name) => ({ kind: 'TaskRun', name })) },
  });
const at = (second: number) => `2026-11-23T12:05:0${second}Z`;
const step = (name: string, exitCode: number, over: object = {}) => ({
  name,
  imageID: 'busybox@sha256:1',
  terminated: { containerID: 'containerd://1', exitCode, reason: 'Error' },
  ...over,
});
const notStarted = { name: 'never' };

describe('the task that failed', () => {
  const taskRun = (name: string, reason: string, second: number, code: number) =>
    aTaskRun(name, { ...succeeded('False', reason), completionTime: at(second), steps: [step('s', code)] });

  it('is the one that failed first, not one that was canceled afterwards', () => {
    const runs = [
      taskRun('run-c', 'TaskRunCancelled', 1, 1),
      taskRun('run-b', 'StepFailed', 3, 3),
      taskRun('run-a', 'StepFailed', 2, 2),
    ];
    expect(classifyFailure(failed(), runs).failedTask).toEqual({ name: 'a', stepName: 's', exitCode: 2 });
  });

  it('is the first in the pipeline if two failed in the same second', () => {
    const runs = [taskRun('run-b', 'StepFailed', 2, 3), taskRun('run-a', 'StepFailed', 2, 2)];
    expect(classifyFailure(failed(['run-a', 'run-b']), runs).failedTask?.name).toBe('a');
  });

  it('is not one whose failure the pipeline ignores', () => {
    const runs = [taskRun('run-a', 'FailureIgnored', 1, 1), taskRun('run-b', 'StepFailed', 2, 2)];
    expect(classifyFailure(failed(), runs).failedTask?.name).toBe('b');
  });

  it('names the step that failed, not an ignored failure or a skipped step', () => {
    const steps = [
      step('may-fail', 1, { terminationReason: 'Continued' }),
      step('failedTaskRun', 7),
      step('later', 1, { terminationReason: 'Skipped' }),
    ];
    const runs = [aTaskRun('run-a', { ...succeeded('False', 'StepFailed'), steps })];
    expect(classifyFailure(failed(), runs)).toMatchObject({
      reason: 'TaskFailed',
      failedTask: { name: 'a', stepName: 'failedTaskRun', exitCode: 7 },
    });
  });

  it('is a canceled one only if no other failed', () => {
    const cancelled = taskRun('run-c', 'TaskRunCancelled', 1, 1);
    const ended = aTaskRun('run-d', { ...succeeded('True', 'Succeeded'), completionTime: at(0) });
    const going = aTaskRun('run-e', succeeded('Unknown', 'Running'));
    const timedOut = aPipelineRun({ status: succeeded('False', 'PipelineRunTimeout') });
    expect(classifyFailure(timedOut, [ended, going, cancelled]).failedTask?.name).toBe('c');
    expect(classifyFailure(timedOut, [ended, going])).not.toHaveProperty('failedTask');
  });

  it('is one with a completion time rather than without, and one of the pipeline rather than another', () => {
    const endless = aTaskRun('run-a', { ...succeeded('False', 'StepFailed'), steps: [step('s', 1)] });
    expect(classifyFailure(failed(['run-a']), [endless, taskRun('run-b', 'StepFailed', 9, 1)]).failedTask?.name).toBe(
      'b',
    );
    const [known, stranger] = [taskRun('run-z', 'StepFailed', 2, 1), taskRun('run-a', 'StepFailed', 2, 1)];
    expect(classifyFailure(failed(['run-y', 'run-z']), [stranger, known]).failedTask?.name).toBe('z');
  });

  it('is truncated to the limits of the CRD', () => {
    const run = aTaskRun('run-a', { ...succeeded('False', 'StepFailed'), steps: [step('s'.repeat(300), 1)] });
    const long = { ...run, metadata: { ...run.metadata, labels: { 'tekton.dev/pipelineTask': 't'.repeat(300) } } };
    expect(classifyFailure(failed(), [long]).failedTask).toEqual({
      name: 't'.repeat(253),
      stepName: 's'.repeat(253),
      exitCode: 1,
    });
  });

  it('is found among TaskRuns without a status', () => {
    const runs = [aTaskRun('run-a', {}), taskRun('run-b', 'StepFailed', 2, 1)];
    expect(classifyFailure(failed(), runs).failedTask?.name).toBe('b');
  });

  it('has no step if each succeeded, has not ended, or was skipped', () => {
    const skipped = step('later', 1, { terminationReason: 'Skipped' });
    const steps = [step('good', 0), { name: 'alive', imageID: 'busybox@sha256:1' }, skipped];
    const runs = [aTaskRun('run-a', { ...succeeded('False', 'PodEvicted'), steps })];
    expect(classifyFailure(failed(), runs).failedTask).toEqual({ name: 'a' });
  });

  it('has the name of its TaskRun if the task is unknown', () => {
    const run = { ...aTaskRun('run-a', succeeded('False', 'StepFailed')) };
    const unlabelled = { ...run, metadata: { ...run.metadata, labels: {} } };
    expect(classifyFailure(failed(), [unlabelled]).failedTask?.name).toBe('run-a');
  });
});

describe('the reason of a run whose results cannot be collected', () => {
  const noResult = aPipelineRun({ status: succeeded('False', 'CouldntGetPipelineResult') });
  const ended = aTaskRun('run-a', { ...succeeded('True', 'Succeeded'), steps: [step('s', 0)] });
  const hasFailed = aTaskRun('run-b', { ...succeeded('False', 'StepFailed'), steps: [step('s', 3)] });

  it('is ConfigurationError if every task has succeeded', () => {
    const failure = classifyFailure(noResult, [ended]);
    expect(failure).toMatchObject({ reason: 'ConfigurationError', wasExecutionFailure: true });
  });

  it('is that of the failed task', () => {
    const failure = classifyFailure(noResult, [ended, hasFailed]);
    expect(failure).toMatchObject({ reason: 'TaskFailed', failedTask: { name: 'b', exitCode: 3 } });
  });
});

describe('the reason', () => {
  it.each<[string, FailureReason]>([
    ['StepOOM', 'OOMKilled'],
    ['SidecarOOM', 'OOMKilled'],
    ['TaskRunTimeout', 'DeadlineExceeded'],
    ['ExceededNodeResources', 'ResourceExhausted'],
    ['PodAdmissionFailed', 'Forbidden'],
    ['CreateContainerConfigError', 'ConfigurationError'],
    ['TaskRunValidationFailed', 'ConfigurationError'],
    ['InitContainerFailed', 'ConfigurationError'],
    ['PodEvicted', 'TaskFailed'],
    ['SidecarFailed', 'TaskFailed'],
    ['TaskRunResultLargerThanAllowedLimit', 'TaskFailed'],
    ['SomethingNew', 'Unknown'],
    ['StepFailed', 'Unknown'],
  ])('of a task with %s and no failed step is %s', (reason, expected) => {
    const runs = [aTaskRun('run-a', { ...succeeded('False', reason), steps: [notStarted] })];
    expect(classifyFailure(failed(), runs)).toMatchObject({ reason: expected, wasExecutionFailure: false });
  });

  it('is OOMKilled if a step was, regardless of the reason of the task', () => {
    const killed = step('s', 137, { terminated: { containerID: 'c', exitCode: 137, reason: 'OOMKilled' } });
    const runs = [aTaskRun('run-a', { ...succeeded('False', 'StepFailed'), steps: [killed] })];
    expect(classifyFailure(failed(), runs).reason).toBe('OOMKilled');
  });

  it('is ResourceExhausted even if the task timed out', () => {
    const message = 'it took too long\nPrevious status: [ExceededNodeResources] no room';
    const runs = [aTaskRun('run-a', succeeded('False', 'TaskRunTimeout', message))];
    expect(classifyFailure(failed(), runs).reason).toBe('ResourceExhausted');
  });

  it('is Cancelled even if a task lacked resources', () => {
    const run = aPipelineRun({ status: succeeded('False', 'Cancelled') });
    const runs = [aTaskRun('run-a', succeeded('False', 'ExceededNodeResources'))];
    expect(classifyFailure(run, runs).reason).toBe('Cancelled');
  });

  it('is not taken from other text in a message', () => {
    const message = 'I said: Previous status: [ExceededResourceQuota] OOMKilled';
    const runs = [aTaskRun('run-a', succeeded('False', 'TaskRunStopSidecarFailed', message))];
    expect(classifyFailure(failed(), runs)).toMatchObject({
      reason: 'Unknown',
      message: expect.stringContaining(message),
    });
  });

  it('is Unknown with the message if it is not in the tables', () => {
    const run = aPipelineRun({ status: succeeded('False', 'NeverHeardOf', 'strange things') });
    expect(classifyFailure(run, [])).toEqual({
      reason: 'Unknown',
      message: expect.stringContaining(
        'Check the PipelineRun and its TaskRuns. The PipelineRun ended as NeverHeardOf. Tekton says: strange',
      ),
      wasExecutionFailure: false,
    });
  });
});

describe('a PipelineRun that failed while a task was running', () => {
  const cancelled = aTaskRun('run-1-a', {
    ...succeeded('False', 'TaskRunCancelled', 'TaskRun "run-1-a" was cancelled'),
    steps: [step('s', 1)],
  });

  it.each<[string, FailureReason]>([
    ['PipelineValidationFailed', 'ConfigurationError'],
    ['NeverHeardOf', 'Unknown'],
  ])('as %s is %s, not the reason of the canceled task', (word, reason) => {
    const pipelineRun = aPipelineRun({ status: succeeded('False', word, 'it is not valid any more') });
    const failure = classifyFailure(pipelineRun, [cancelled]);
    expect(failure).toEqual({ reason, message: expect.any(String), wasExecutionFailure: true });
    expect(failure.message).toContain('Tekton says: it is not valid any more');
  });
});

describe('a redacted message of Tekton', () => {
  it('does not change the classification', () => {
    const message = 'Previous status: [ExceededResourceQuota] hunter2';
    const taskRun = aTaskRun('run-a', succeeded('False', 'TaskRunTimeout', message));
    const failure = classify(failed(), [taskRun], () => '(withheld)');
    expect(failure).toMatchObject({ reason: 'ResourceExhausted', failedTask: { name: 'a' } });
    expect(failure.message).toMatch(/ Task "a" failed .* Tekton says: \(withheld\)$/);
  });
});

describe('a canceled PipelineRun', () => {
  it.each([
    ['Cancelled', true],
    ['CancelledRunFinally', false],
  ])('by %s mentions canceled finally tasks: %p', (status, isSaid) => {
    const pipelineRun = aPipelineRun({ spec: { status }, status: succeeded('False', 'Cancelled') });
    const { message } = classifyFailure(pipelineRun, []);
    expect(message.includes('finally tasks were not run to their end')).toBe(isSaid);
  });
});

describe('whether steps ran', () => {
  const notRun = aTaskRun('run-a', { ...succeeded('False', 'PodCreationFailed'), steps: [notStarted] });

  it('is false if all children exist and none has started a step', () => {
    expect(classifyFailure(failed(['run-a']), [notRun]).wasExecutionFailure).toBe(false);
  });

  it('is true if a child no longer exists', () => {
    expect(classifyFailure(failed(['run-a', 'run-b']), [notRun]).wasExecutionFailure).toBe(true);
  });

  it('is true if a child is not a TaskRun', () => {
    const status = { ...succeeded('False', 'Failed'), childReferences: [{ kind: 'CustomRun', name: 'run-c' }] };
    expect(classifyFailure(aPipelineRun({ status }), []).wasExecutionFailure).toBe(true);
    const namesake = aTaskRun('run-c', { ...succeeded('False', 'PodCreationFailed'), steps: [notStarted] });
    expect(classifyFailure(aPipelineRun({ status }), [namesake]).wasExecutionFailure).toBe(true);
  });

  it.each([
    ['TaskRunCancelled', {}, true],
    ['TaskRunTimeout', {}, true],
    ['TaskRunCancelled', { podName: undefined }, false],
    ['ExceededNodeResources', {}, false],
    ['TaskRunImagePullFailed', {}, false],
  ])('for a pod that Tekton deleted, as %s %p: %p', (reason, over, expected) => {
    const status = { ...succeeded('False', reason), podName: 'run-a-pod', steps: [notStarted], ...over };
    expect(classifyFailure(failed(['run-a']), [aTaskRun('run-a', status)]).wasExecutionFailure).toBe(expected);
  });

  it('is true if another task or an earlier attempt has run', () => {
    const ran = aTaskRun('run-b', { ...succeeded('True', 'Succeeded'), steps: [step('s', 0)] });
    const retried = aTaskRun('run-c', {
      ...succeeded('False', 'TaskRunImagePullFailed'),
      steps: [notStarted],
      retriesStatus: [{ steps: [step('s', 1)] }],
    });
    expect(classifyFailure(failed(), [notRun, ran]).wasExecutionFailure).toBe(true);
    expect(classifyFailure(failed(), [retried]).wasExecutionFailure).toBe(true);
  });
});

describe('the message', () => {
  it('has advice first, then task, step and exit code, and quotes Tekton last', () => {
    const taskRun = aTaskRun('run-a', { ...succeeded('False', 'StepFailed'), steps: [step('build', 3)] });
    expect(classifyFailure(failed(), [taskRun]).message).toBe(
      `${advice.TaskFailed} Task "a" failed at step "build" with exit code 3 (TaskFailed). Tekton says: as Tekton says`,
    );
  });

  it('omits an unknown exit code, and the step if none failed', () => {
    const killed = step('build', 137, { terminated: { exitCode: 255, reason: 'Error' } });
    const imagePull = aTaskRun('run-a', { ...succeeded('False', 'TaskRunImagePullFailed'), steps: [killed] });
    expect(classifyFailure(failed(), [imagePull]).message).toContain(' Task "a" failed (ImagePullBackOff). ');
  });

  it.each([
    ['no task failed', 'CouldntGetPipeline', [], 'The PipelineRun ended as CouldntGetPipeline.'],
    [
      'it was canceled',
      'Cancelled',
      [aTaskRun('run-a', succeeded('False', 'TaskRunCancelled'))],
      'The PipelineRun ended as Cancelled.',
    ],
    ['Tekton gave no reason', '', [], 'The PipelineRun ended as failed.'],
  ])('has the reason of the PipelineRun if %s', (_, reason, taskRuns, headline) => {
    const run = aPipelineRun({ status: succeeded('False', reason) });
    const failure = classifyFailure(run, taskRuns);
    expect(failure.message.startsWith(`${advice[failure.reason]} ${headline} `)).toBe(true);
    expect(failure).not.toHaveProperty('failedTask');
  });

  it('quotes the task rather than the PipelineRun, and no empty message', () => {
    const run = aPipelineRun({ status: succeeded('False', 'Failed', 'the run') });
    const taskRun = (text: string) => aTaskRun('run-a', succeeded('False', 'StepFailed', text));
    expect(classifyFailure(run, [taskRun('the task')]).message).toMatch(/ Tekton says: the task$/);
    expect(classifyFailure(run, []).message).toMatch(/ Tekton says: the run$/);
    expect(classifyFailure(run, [taskRun('')]).message).toBe(`${advice.Unknown} Task "a" failed (Unknown).`);
  });
});
