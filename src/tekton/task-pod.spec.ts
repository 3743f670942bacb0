import { describe, expect, it } from '@jest/globals';
import { hasTektonPodName, parseTaskPod, taskPodResource } from './task-pod.ts';

const owner = {
  apiVersion: 'tekton.dev/v1',
  kind: 'TaskRun',
  name: 'run-1-main',
  uid: 'uid-task-run',
  controller: true,
};
const metadata = { name: 'run-1-main-pod', namespace: 'payment', uid: 'u', resourceVersion: '7' };
const startTime = '2026-11-23T12:05:00Z';

it('the resource has the names that Kubernetes gives it', () => {
  expect(taskPodResource).toMatchObject({ group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true });
});

describe('parsing a pod of a task', () => {
  it('keeps its steps in order, without sidecars and unnamed containers', () => {
    const pod = parseTaskPod({
      metadata: { ...metadata, labels: { 'tekton.dev/pipelineTask': 'main' }, ownerReferences: [owner] },
      spec: { containers: [{ name: 'step-build' }, { name: 'sidecar-proxy' }, {}, { name: 'step-unnamed-1' }] },
      status: {
        startTime,
        containerStatuses: [
          { name: 'step-unnamed-1', state: { running: {} } },
          { name: 'step-build', state: {} },
        ],
      },
    });
    expect(pod).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: expect.objectContaining({ name: 'run-1-main-pod' }),
      task: 'main',
      taskRunUid: 'uid-task-run',
      startTime,
      isReady: false,
      steps: [
        { step: 'build', container: 'step-build', state: 'waiting' },
        { step: 'unnamed-1', container: 'step-unnamed-1', state: 'running' },
      ],
    });
  });

  it('uses its own name as that of the task without a label', () => {
    expect(parseTaskPod({ metadata })).toMatchObject({ task: 'run-1-main-pod', steps: [] });
  });

  it.each([
    ['another kind controls it', { ...owner, kind: 'Job' }],
    ['the TaskRun does not control it', { ...owner, controller: false }],
  ])('belongs to no TaskRun when %s', (_, reference) => {
    const pod = parseTaskPod({ metadata: { ...metadata, ownerReferences: [reference] } });
    expect(pod.taskRunUid).toBeUndefined();
  });

  it('belongs to the TaskRun that controls it, regardless of other owners', () => {
    const ownerReferences = [{ ...owner, kind: 'Job', uid: 'uid-job', controller: false }, owner];
    expect(parseTaskPod({ metadata: { ...metadata, ownerReferences } }).taskRunUid).toBe('uid-task-run');
  });
});

describe('a pod of a task', () => {
  const notScheduled = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no node' };
  const disrupted = { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' };
  const others = [
    { type: 'Ready', status: 'False', reason: 'ContainersNotReady' },
    { type: 'Initialized', status: 'True', reason: 'PodInitialized' },
  ];
  const aPod = (...conditions: readonly object[]) => parseTaskPod({ metadata, status: { conditions } });

  it('reports why it is not scheduled, and the reason of its disruption', () => {
    const { waiting, disruption } = aPod(...others, notScheduled, disrupted);
    expect(waiting).toEqual({ reason: 'Unschedulable', message: 'no node' });
    expect(disruption).toBe('PreemptionByScheduler');
  });

  it('neither waits nor is disrupted if the conditions are False or absent', () => {
    for (const pod of [
      aPod(...others),
      aPod(...others, { ...notScheduled, status: 'True' }, { ...disrupted, status: 'False' }),
    ]) {
      expect([pod.waiting, pod.disruption]).toEqual([undefined, undefined]);
    }
  });

  it('waits for a reason without a message', () => {
    const { waiting } = aPod({ ...notScheduled, message: undefined });
    expect(waiting).toEqual({ reason: 'Unschedulable', message: '' });
  });
});

describe('a container of a step', () => {
  const stateOf = (phase: string, state?: object) =>
    parseTaskPod({
      metadata,
      spec: { containers: [{ name: 'step-s' }] },
      status: { phase, containerStatuses: state && [{ name: 'step-s', state }] },
    }).steps[0]?.state;

  it.each([
    ['Pending', undefined, 'waiting'],
    ['Running', { waiting: {} }, 'waiting'],
    ['Running', { running: {} }, 'running'],
    ['Running', { running: true }, 'waiting'],
    ['Running', { terminated: { containerID: 'c' } }, 'ended'],
    ['Running', { terminated: { containerID: '' } }, 'never'],
    ['Running', { terminated: {} }, 'never'],
    ['Succeeded', { terminated: { containerID: 'c' } }, 'ended'],
    ['Failed', { terminated: { containerID: 'c' } }, 'ended'],
    ['Failed', { waiting: {} }, 'never'],
    ['Failed', { running: {} }, 'never'],
    ['Succeeded', undefined, 'never'],
    ['Failed', undefined, 'never'],
  ])('of a pod that is %s with state %j is %s', (phase, state, expected) => {
    expect(stateOf(phase, state)).toBe(expected);
  });
});

describe('the name of a pod', () => {
  const hash = '0123456789abcdef0123456789abcdef';

  it.each([
    ['run-a', 'run-a-pod', true],
    ['run-a', 'run-a-pod-retry2', true],
    ['a'.repeat(62), `${'a'.repeat(27)}${hash}-pod`, true],
    ['run-a', 'run-a-copy', false],
    ['run-a', 'run-b-pod', false],
    ['run-a', 'run-a-bare-pod', false],
    [undefined, 'run-a-pod', false],
  ])('of TaskRun %p may be %p: %p', (taskRun, name, expected) => {
    const labels = { 'tekton.dev/taskRun': taskRun };
    const pod = parseTaskPod({ metadata: { name, uid: 'u', resourceVersion: '1', labels } });
    expect(hasTektonPodName(pod)).toBe(expected);
  });
});
