import { describe, expect, it } from '@jest/globals';
import { aTaskRun, succeeded } from './pipeline-run.builders.ts';
import { hasStartedSteps } from './run-activity.ts';
import { isTaskRunOf, parseTaskRun, pipelineTaskOf, taskRunLabels, taskRunResource } from './task-run.ts';

const metadata = { name: 'run-1-main', namespace: 'payment', uid: 'u', resourceVersion: '7' };
const completionTime = '2026-11-23T12:05:07Z';
const stepsOf = (...steps: readonly object[]) => parseTaskRun({ metadata, status: { steps } }).status.steps;

it('the resource and its labels have the names that Tekton gives them', () => {
  expect(taskRunResource).toMatchObject({
    group: 'tekton.dev',
    version: 'v1',
    plural: 'taskruns',
    kind: 'TaskRun',
    namespaced: true,
  });
  expect(taskRunLabels).toEqual({
    taskRun: 'tekton.dev/taskRun',
    pipelineRun: 'tekton.dev/pipelineRun',
    pipelineRunUid: 'tekton.dev/pipelineRunUID',
    pipelineTask: 'tekton.dev/pipelineTask',
  });
});

describe('parsing a TaskRun', () => {
  it('drops fields that are not used', () => {
    const raw = {
      metadata: { ...metadata, creationTimestamp: '2026-11-23T12:00:00Z', labels: { a: 'b' }, managedFields: [{}] },
      spec: { taskRef: {}, status: 'TaskRunCancelled' },
      status: {
        ...succeeded('False', 'StepFailed'),
        completionTime,
        podName: 'pod-2',
        steps: [
          { name: 's', imageID: 'busybox@sha256:1', terminated: { containerID: 'c', exitCode: 3, reason: 'Error' } },
        ],
        retriesStatus: [{ podName: 'pod-1', completionTime, steps: [{ name: 's', terminationReason: 'Skipped' }] }],
      },
    };
    expect(parseTaskRun(raw)).toEqual({
      apiVersion: 'tekton.dev/v1',
      kind: 'TaskRun',
      metadata: { ...metadata, creationTimestamp: '2026-11-23T12:00:00Z', labels: { a: 'b' }, ownerReferences: [] },
      spec: { status: 'TaskRunCancelled' },
      status: {
        succeeded: { status: 'False', reason: 'StepFailed', message: 'as Tekton says' },
        completionTime,
        steps: [{ name: 's', started: true, terminatedReason: 'Error', exitCode: 3 }],
        earlierSteps: [{ name: 's', started: false, terminationReason: 'Skipped' }],
        pods: [
          { name: 'pod-1', completionTime },
          { name: 'pod-2', completionTime },
        ],
      },
    });
  });

  it.each([
    ['no name', {}],
    ['an empty name', { podName: '' }],
    ['a number', { podName: 5 }],
  ])('sees no pod where there is %s', (_, status) => {
    expect(parseTaskRun({ metadata, status }).status.pods).toEqual([]);
  });
});

describe('a step', () => {
  it.each<[string, object, object]>([
    ['has started when it has an image', { imageID: 'x' }, { started: true }],
    [
      'has started when it ended by itself',
      { terminated: { containerID: 'c', exitCode: 0 } },
      { started: true, exitCode: 0 },
    ],
    ['has not started without either', { terminated: { exitCode: 1, startedAt: completionTime } }, { started: false }],
    [
      'has not started with empty ones',
      { imageID: '', terminated: { containerID: '', exitCode: 1 } },
      { started: false },
    ],
    ['has an exit code of its own', { terminated: { containerID: 'c', exitCode: -1 } }, { exitCode: -1 }],
    [
      'may have the largest exit code',
      { terminated: { containerID: 'c', exitCode: 2 ** 31 - 1 } },
      { exitCode: 2 ** 31 - 1 },
    ],
  ])('%s', (_, given, expected) => {
    const [step] = stepsOf({ name: 's', ...given });
    expect(step).toMatchObject(expected);
    if (!('exitCode' in expected)) expect(step?.exitCode).toBeUndefined();
  });

  it.each([2 ** 31, -(2 ** 31), 1.5, '1', null])('has no exit code %j', (exitCode) => {
    expect(stepsOf({ name: 's', terminated: { containerID: 'c', exitCode } })[0]?.exitCode).toBeUndefined();
  });

  it('without a name has an empty one', () => {
    expect(stepsOf({})[0]?.name).toBe('');
  });

  it('counts as started if it started in an earlier attempt', () => {
    const started = { name: 's', imageID: 'x' };
    expect(hasStartedSteps(aTaskRun('a', { steps: [started] }))).toBe(true);
    expect(hasStartedSteps(aTaskRun('a', { steps: [{}], retriesStatus: [{ steps: [started] }] }))).toBe(true);
    expect(hasStartedSteps(aTaskRun('a', { steps: [{}, {}], retriesStatus: [{ steps: [{}] }] }))).toBe(false);
    expect(hasStartedSteps(aTaskRun('a', {}))).toBe(false);
  });
});

describe('the owner of a TaskRun', () => {
  const owner = { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', name: 'run-1', uid: 'u', controller: true };
  const owned = (...ownerReferences: readonly object[]) => parseTaskRun({ metadata: { ...metadata, ownerReferences } });

  it.each([
    ['controls it', owned(owner), true],
    ['controls it, with another owner', owned({ ...owner, kind: 'Pod', controller: false }, owner), true],
    ['has another name', owned({ ...owner, name: 'run-2' }), false],
    ['is of another kind', owned({ ...owner, kind: 'CustomRun' }), false],
    ['does not control it', owned({ ...owner, controller: false }), false],
    ['is not there', owned(), false],
    ['is not known', { ...owned(), metadata: { ...owned().metadata, ownerReferences: undefined } }, false],
  ])('is the PipelineRun that %s: %#', (_, taskRun, expected) => {
    expect(isTaskRunOf(taskRun, 'run-1')).toBe(expected);
  });
});

it('the task of a TaskRun is the one of its label, else it has the name of the TaskRun', () => {
  const labels = { 'tekton.dev/pipelineTask': 'main' };
  expect(pipelineTaskOf(parseTaskRun({ metadata: { ...metadata, labels } }))).toBe('main');
  const bare = parseTaskRun({ metadata });
  expect(pipelineTaskOf(bare)).toBe('run-1-main');
  expect(pipelineTaskOf({ ...bare, metadata: { ...bare.metadata, labels: undefined } })).toBe('run-1-main');
});
