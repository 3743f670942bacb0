import { describe, expect, it } from '@jest/globals';
import { classifyFailure } from './classify-failure.ts';
import { aPipelineRun, aTaskRun, succeeded } from './pipeline-run.builders.ts';
import { mayHaveLostPod, podLossOf, tasksWithoutPod } from './pod-loss.ts';
import { parseTaskPod } from './task-pod.ts';

const owner = { apiVersion: 'tekton.dev/v1', kind: 'TaskRun', name: 'run-a', uid: 'uid-run-a', controller: true };
const pipelineRun = aPipelineRun({ status: succeeded('False', 'Failed') });
const taskRunWith = (exitCode: number, reason = 'StepFailed') =>
  aTaskRun('run-a', {
    ...succeeded('False', reason),
    steps: [{ name: 's', terminated: { containerID: 'c', exitCode, reason: 'Error' } }],
    podName: 'run-a-pod',
  });
const aPod = (metadata: object = {}, conditions: readonly object[] = [], spec: object = {}) =>
  parseTaskPod({
    metadata: {
      ...{ name: 'run-a-pod', namespace: 'payment', uid: 'u', resourceVersion: '7', ownerReferences: [owner] },
      ...metadata,
    },
    spec,
    status: { conditions },
  });
const unfinished = { containers: [{ name: 'step-s' }] };
const ofEarlierTry = aPod({ name: 'run-a-pod-retry1' });
const disrupted = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' };

describe('a task whose step was ended by a signal', () => {
  it.each([
    ['is there', [aPod()], 'failed at step "s" with exit code 255 (TaskFailed)'],
    ['is being deleted', [aPod({ deletionTimestamp: '2026-11-23T12:05:00Z' })], 'failed because its pod was deleted'],
    [
      'is being evicted',
      [aPod({ deletionTimestamp: '2026-11-23T12:05:00Z' }, [disrupted])],
      'failed because its pod was ended by Kubernetes, EvictionByEvictionAPI',
    ],
    ['was replaced', [aPod({}, [], unfinished)], 'with exit code 255, and its pod has been deleted (TaskFailed)'],
    ['is gone, but not that of another attempt', [ofEarlierTry], 'with exit code 255, and its pod has been deleted'],
    [
      'is being deleted and has lost its owner',
      [aPod({ ownerReferences: [], deletionTimestamp: '2026-11-23T12:05:00Z' })],
      'failed because its pod was deleted',
    ],
    ['is gone', [], 'failed at step "s" with exit code 255, and its pod has been deleted (TaskFailed)'],
    ['was not looked for', undefined, 'failed at step "s" with exit code 255 (TaskFailed)'],
  ])('failed, and its pod %s', (_, pods, expected) => {
    const failure = classifyFailure(pipelineRun, [taskRunWith(255)], (text) => text, pods);
    expect(failure.message).toContain(expected);
    expect(failure).toMatchObject({ reason: 'TaskFailed', failedTask: { exitCode: 255 } });
  });

  it('has lost its pod if only pods of other tasks exist', () => {
    const taskRun = taskRunWith(255);
    const other = aPod({ name: 'run-b-pod', ownerReferences: [{ ...owner, name: 'run-b', uid: 'uid-run-b' }] });
    expect(podLossOf({ taskRun, step: taskRun.status.steps[0] }, [other])).toEqual({ kind: 'gone' });
  });

  it('is OOMKilled rather than a lost pod if it was out of memory', () => {
    const failure = classifyFailure(pipelineRun, [taskRunWith(137, 'StepOOM')], (text) => text, []);
    expect(failure.message).toContain('failed at step "s" with exit code 137 (OOMKilled)');
  });

  it.each([2, 137, 143, 255])('may have lost its pod: exit code %d', (exitCode) => {
    expect(mayHaveLostPod(taskRunWith(exitCode))).toBe(true);
  });

  it('may be restarted while its pod is gone or terminating', () => {
    const failed = taskRunWith(255);
    expect(tasksWithoutPod([failed], [])).toEqual([failed]);
    expect(tasksWithoutPod([failed], [aPod({ deletionTimestamp: '2026-11-23T12:05:00Z' })])).toEqual([failed]);
    expect(tasksWithoutPod([failed], [aPod()])).toEqual([]);
    expect(tasksWithoutPod([taskRunWith(3)], [])).toEqual([]);
  });
});

it('a task that failed by itself does not need its pod, which may have been pruned', () => {
  expect(mayHaveLostPod(taskRunWith(3))).toBe(false);
  expect(classifyFailure(pipelineRun, [taskRunWith(3)], (text) => text, []).message).toContain('with exit code 3 (');
});

it('a task whose pod was evicted reports that, regardless of the exit code of its step', () => {
  const { message } = classifyFailure(pipelineRun, [taskRunWith(3, 'PodEvicted')], (text) => text);
  expect(message).toContain('failed because its pod was evicted (TaskFailed)');
  expect(message).toContain('Check the Events of the namespace');
});
