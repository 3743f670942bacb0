import { describe, expect, it } from '@jest/globals';
import { aTaskRun, succeeded } from './pipeline-run.builders.ts';
import { parseTaskPod } from './task-pod.ts';
import { mayWait, taskWaitOf } from './task-wait.ts';

const created = '2026-11-23T12:05:00Z';
const owner = { apiVersion: 'tekton.dev/v1', kind: 'TaskRun', name: 'run-a', uid: 'uid-run-a', controller: true };
const unscheduled = { type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' };

const taskRun = (status: unknown) => ({
  ...aTaskRun('run-a', status),
  metadata: { ...aTaskRun('run-a', status).metadata, creationTimestamp: created },
});
const aPod = (status: object) =>
  parseTaskPod({
    metadata: { name: 'run-a-pod', namespace: 'payment', uid: 'u', resourceVersion: '7', ownerReferences: [owner] },
    spec: { containers: [{ name: 'step-s' }] },
    status,
  });
const waiting = (reason: string, message = 'as the kubelet says') => ({ state: { waiting: { reason, message } } });

describe('a task waits', () => {
  const pending = succeeded('Unknown', 'Pending');

  it.each([
    [
      'for a quota',
      succeeded('Unknown', 'ExceededResourceQuota'),
      [],
      ['ExceededResourceQuota', 'room in a quota of the namespace', 'as Tekton says'],
    ],
    ['for its pod', pending, [], ['PodPending', 'Tekton to create its pod', 'as Tekton says']],
    ['for its pod while Tekton says nothing', {}, [], ['PodPending', 'Tekton to create its pod', '']],
    [
      'for a node',
      pending,
      [{ conditions: [{ ...unscheduled, reason: 'Unschedulable' }] }],
      ['Unschedulable', 'a node for its pod', '0/3 nodes are available'],
    ],
    [
      'for a gate of its scheduling',
      pending,
      [{ conditions: [{ ...unscheduled, reason: 'SchedulingGated' }] }],
      ['PodPending', 'its pod to start', 'SchedulingGated: 0/3 nodes are available'],
    ],
    [
      'for an image',
      succeeded('Unknown', 'PullImageFailed'),
      [{ containerStatuses: [{ name: 'step-s', ...waiting('ErrImagePull') }] }],
      ['ImagePullFailed', 'an image to be pulled', 'as the kubelet says'],
    ],
    [
      'for an image of Tekton',
      pending,
      [
        {
          initContainerStatuses: [{ name: 'prepare', ...waiting('ImagePullBackOff') }],
          containerStatuses: [{ name: 'step-s', ...waiting('PodInitializing') }],
        },
      ],
      ['ImagePullFailed', 'an image to be pulled', 'as the kubelet says'],
    ],
    [
      'for its containers to be created',
      pending,
      [{ containerStatuses: [{ name: 'step-s', ...waiting('ContainerCreating') }] }],
      ['PodPending', 'its pod to start', ''],
    ],
    [
      'for the containers before its steps',
      pending,
      [{ containerStatuses: [{ name: 'step-s', ...waiting('PodInitializing') }] }],
      ['PodPending', 'its pod to start', ''],
    ],
  ] as const)('%s', (_, status, pods, [reason, waitsFor, detail]) => {
    expect(taskWaitOf(taskRun(status), pods.map(aPod))).toEqual({
      ...{ task: 'a', since: Date.parse(created) },
      ...{ reason, waitsFor, detail },
    });
  });
});

it('a task waits for its own pod, regardless of the pods of other tasks', () => {
  const pod = aPod({ containerStatuses: [{ name: 'step-s', state: { running: {} } }] });
  const other = { ...pod, taskRunUid: 'uid-run-b' };
  expect(taskWaitOf(taskRun(succeeded('Unknown', 'Pending')), [other])).toMatchObject({
    waitsFor: 'Tekton to create its pod',
  });
});

describe('a task waits no longer', () => {
  it.each([
    ['when Tekton says that it runs', succeeded('Unknown', 'Running')],
    ['when it has succeeded', succeeded('True', 'Succeeded')],
    ['when it has failed', succeeded('False', 'Failed')],
  ])('%s', (_, status) => {
    expect(mayWait(taskRun(status))).toBe(false);
    expect(taskWaitOf(taskRun(status), [])).toBeUndefined();
  });

  it('when its first step has started', () => {
    const pod = aPod({ containerStatuses: [{ name: 'step-s', state: { running: {} } }] });
    const steps = [...pod.steps, { step: 'next', container: 'step-next', state: 'waiting' as const }];
    expect(taskWaitOf(taskRun(succeeded('Unknown', 'Pending')), [{ ...pod, steps }])).toBeUndefined();
  });

  it.each([['running'], ['terminated']])('when a step is %s', (state) => {
    const pod = aPod({ containerStatuses: [{ name: 'step-s', state: { [state]: { containerID: 'c' } } }] });
    expect(taskWaitOf(taskRun(succeeded('Unknown', 'Pending')), [pod])).toBeUndefined();
  });

  it('when its pod runs a step and has lost its owner', () => {
    const running = aPod({ containerStatuses: [{ name: 'step-s', state: { running: {} } }] });
    const orphan = { ...running, taskRunUid: undefined };
    const again = taskRun({ ...succeeded('Unknown', 'Pending'), podName: 'run-a-pod' });
    expect(taskWaitOf(again, [orphan])).toBeUndefined();
  });
});
