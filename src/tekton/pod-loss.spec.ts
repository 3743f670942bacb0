import { describe, expect, it } from '@jest/globals';
import { classifyFailure, needsPods } from './classify-failure.ts';
import { aPipelineRun, aTaskRun, succeeded } from './pipeline-run.builders.ts';
import { parseStepPod } from './step-pod.ts';

const owner = { apiVersion: 'tekton.dev/v1', kind: 'TaskRun', name: 'run-a', uid: 'uid-run-a', controller: true };
const pipelineRun = aPipelineRun({ status: succeeded('False', 'Failed') });
const taskRunWith = (exitCode: number, reason = 'StepFailed') =>
  aTaskRun('run-a', {
    ...succeeded('False', reason),
    podName: 'run-a-pod',
    steps: [{ name: 's', terminated: { containerID: 'c', exitCode, reason: 'Error' } }],
  });
const aPod = (metadata: object = {}, conditions: readonly object[] = []) =>
  parseStepPod({
    metadata: {
      ...{ name: 'run-a-pod', namespace: 'payment', uid: 'u', resourceVersion: '7', ownerReferences: [owner] },
      ...metadata,
    },
    status: { conditions },
  });
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

  it.each([137, 143, 255])('takes a look at its pod: exit code %d', (exitCode) => {
    expect(needsPods(pipelineRun, [taskRunWith(exitCode)])).toBe(true);
  });
});

it('a task that failed by itself needs no look at its pod, which a pruner may have taken', () => {
  expect(needsPods(pipelineRun, [taskRunWith(3)])).toBe(false);
  expect(needsPods(pipelineRun, [])).toBe(false);
  expect(classifyFailure(pipelineRun, [taskRunWith(3)], (text) => text, []).message).toContain('with exit code 3 (');
});

it('a task whose pod the kubelet has evicted says so, whatever the exit code of its step', () => {
  const { message } = classifyFailure(pipelineRun, [taskRunWith(3, 'PodEvicted')], (text) => text);
  expect(message).toContain('failed because its pod was evicted (TaskFailed)');
  expect(message).toContain('See the Events of the namespace');
});
