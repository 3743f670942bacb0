import { describe, expect, it } from '@jest/globals';
import { aPipelineRun, succeeded } from './pipeline-run.builders.ts';
import {
  belongsToRun,
  describeActivity,
  hasLiveSteps,
  isLivePodOfRun,
  isPodOfRun,
  idleSince,
  stepsMayHaveRun,
} from './run-activity.ts';
import { parseTaskPod, type TaskPod } from './task-pod.ts';
import { parseTaskRun, type TaskRun } from './task-run.ts';

const run = { namespace: 'payment', name: 'run-1', uid: 'uid-run-1' };
const runUid = 'tekton.dev/pipelineRunUID';
const ofName = { 'tekton.dev/pipelineRun': run.name };
const ofRun = { [runUid]: run.uid };
const running = { running: { startedAt: '2026-11-23T12:05:00Z' } };
const ended = (second: number) => ({
  terminated: { containerID: 'containerd://1', finishedAt: `2026-11-23T12:05:0${second}Z` },
});

function owner(kind: string, name: string, uid: string): object {
  return { apiVersion: 'tekton.dev/v1', kind, name, uid, controller: true };
}

function aTaskRun(owners: readonly object[], over: { labels?: object; status?: object } = {}): TaskRun {
  const { labels = {}, status = {} } = over;
  const metadata = { name: 'run-1-a', namespace: 'payment', uid: 'uid-a', resourceVersion: '1', labels };
  return parseTaskRun({ metadata: { ...metadata, ownerReferences: owners }, status });
}

interface PodShape {
  readonly owners?: readonly object[];
  readonly labels?: object;
  readonly annotations?: object;
  readonly phase?: string;
  /** The states of its containers by name; undefined if the kubelet has not reported one yet. */
  readonly containers?: Readonly<Record<string, object | undefined>>;
}

function aPod(shape: PodShape): TaskPod {
  const { owners = [owner('TaskRun', 'run-1-a', 'uid-a')], labels = {}, annotations, phase, containers } = shape;
  const entries = Object.entries(containers ?? { 'step-s': running });
  const metadata = { name: 'run-1-a-pod', namespace: 'payment', uid: 'uid-pod', resourceVersion: '1', labels };
  return parseTaskPod({
    metadata: { ...metadata, annotations, ownerReferences: owners },
    spec: { containers: entries.map(([name]) => ({ name })) },
    status: { phase, containerStatuses: entries.flatMap(([name, state]) => (state ? [{ name, state }] : [])) },
  });
}

const ours = [owner('PipelineRun', 'run-1', 'uid-run-1')];
const others = [owner('PipelineRun', 'run-1', 'uid-run-2')];

describe('a TaskRun of a run', () => {
  it.each([
    ['is controlled by its PipelineRun', run, aTaskRun(ours), true],
    ['is not one of another run of the same name', run, aTaskRun(others), false],
    ['is not one of another kind', run, aTaskRun([owner('Thing', 'run-1', 'uid-run-1')]), false],
    ['may have got another owner', run, aTaskRun([owner('ConfigMap', 'x', 'uid-x')], { labels: ofRun }), true],
    ['is not one of another name', run, aTaskRun([owner('PipelineRun', 'run-2', 'uid-run-1')]), false],
    ['may have got another run as its owner', run, aTaskRun(others, { labels: ofRun }), true],
    ['may have lost its owner', run, aTaskRun([], { labels: ofRun }), true],
    ['is not one that only has the name in a label', run, aTaskRun([], { labels: { [runUid]: 'run-1' } }), false],
    ['is found by name when no UID is known', { ...run, uid: undefined }, aTaskRun(others), true],
    ['has an owner when no UID is known', { ...run, uid: undefined }, aTaskRun([]), false],
  ])('%s', (_, identity, taskRun, expected) => {
    expect(belongsToRun(taskRun, identity)).toBe(expected);
  });
});

describe('a pod of a run', () => {
  const pods = { podName: 'run-1-a-pod' };
  const configMap = owner('ConfigMap', 'x', 'uid-x');
  const [ofTask, ofOther] = [{ 'tekton.dev/taskRun': 'run-1-a' }, { 'tekton.dev/taskRun': 'run-1-b' }];

  it.each([
    ['is controlled by a TaskRun of the run, regardless of its labels', aPod({}), [aTaskRun(ours)], true],
    ['may outlive its TaskRun', aPod({ labels: ofRun }), [], true],
    ['may have lost its owner', aPod({ labels: { ...ofRun, ...ofTask }, owners: [] }), [], true],
    ['may have got another owner', aPod({ labels: { ...ofRun, ...ofTask }, owners: [configMap] }), [], true],
    ['is not a bare pod with the labels of one', aPod({ labels: { ...ofRun, ...ofOther }, owners: [] }), [], false],
    ['may have lost its owner and labels', aPod({ owners: [] }), [aTaskRun(ours, { status: pods })], true],
    ['is not one of another run', aPod({ labels: { ...ofName, ...ofTask }, owners: [] }), [aTaskRun(ours)], false],
    ['is not a pod of another TaskRun', aPod({ owners: [owner('TaskRun', 'b', 'uid-b')] }), [aTaskRun(ours)], false],
  ])('%s', (_, pod, taskRuns, expected) => {
    expect(isPodOfRun(pod, run, taskRuns)).toBe(expected);
  });
});

describe('a pod of a finished TaskRun', () => {
  const ready = { 'tekton.dev/ready': 'READY' };
  const finished = [aTaskRun(ours, { status: succeeded('False', 'TaskRunCancelled') })];

  it.each([
    ['runs on when Tekton has let it begin', aPod({ annotations: ready }), finished, true],
    ['never begins when Tekton has not', aPod({}), finished, false],
    ['may begin while its TaskRun is unfinished', aPod({}), [aTaskRun(ours)], true],
    ['may have begun when its TaskRun is gone', aPod({ labels: ofRun }), [], true],
    ['has ended with its steps', aPod({ annotations: ready, containers: { 'step-s': ended(1) } }), finished, false],
    ['is not one of another run', aPod({ annotations: ready, owners: [] }), finished, false],
  ])('%s', (_, pod, taskRuns, expected) => {
    expect(isLivePodOfRun(pod, run, taskRuns)).toBe(expected);
  });
});

describe('a pod', () => {
  it.each<[string, PodShape, boolean]>([
    ['runs a step', { containers: { 'step-a': ended(1), 'step-b': running } }, true],
    ['may still start a step', { containers: { 'step-a': undefined } }, true],
    ['has ended its steps and keeps a sidecar', { containers: { 'step-a': ended(1), 'sidecar-b': running } }, false],
    ['was evicted before it started', { phase: 'Failed', containers: { 'step-a': undefined } }, false],
    ['has no step at all', { containers: { app: running } }, false],
  ])('that %s keeps its target locked: %p', (_, shape, expected) => {
    expect(hasLiveSteps(aPod(shape))).toBe(expected);
  });
});

describe('what a run waits for', () => {
  it('are the steps in its pods, or else its TaskRuns', () => {
    const pod = aPod({ containers: { 'step-a': ended(1), 'step-b': running, 'step-c': { waiting: {} } } });
    expect(describeActivity([aTaskRun(ours)], [pod])).toBe('pod run-1-a-pod (step b, c)');
    expect(describeActivity([aTaskRun(ours)], [])).toBe('TaskRun run-1-a');
  });

  it('are limited to a few', () => {
    const taskRuns = Array.from({ length: 5 }, () => aTaskRun(ours));
    expect(describeActivity(taskRuns, [])).toBe('TaskRun run-1-a, TaskRun run-1-a, TaskRun run-1-a and 2 more');
  });
});

describe('a run with the status Running', () => {
  const child = { kind: 'TaskRun', name: 'run-1-a' };
  const going = aPipelineRun({
    status: { startTime: '2026-11-23T12:05:00Z', ...succeeded('Unknown', 'Running'), childReferences: [child] },
  });
  const finished = aTaskRun(ours, { status: { ...succeeded('True', ''), completionTime: '2026-11-23T12:05:04Z' } });
  const unfinished = aTaskRun(ours);
  const over = aPod({ phase: 'Succeeded', containers: { 'step-a': ended(2), 'step-b': ended(3) } });
  const quietAt = (second: number) => Date.parse(`2026-11-23T12:05:0${second}Z`);

  const again = aTaskRun(ours, { status: { podName: 'run-1-a-pod' } });
  const orphan = aPod({ owners: [], phase: 'Succeeded', containers: { 'step-a': ended(3) } });

  it.each([
    ['its last task ended', [finished], [], quietAt(4)],
    ['the last step ended of a task whose end is not recorded', [unfinished], [over], quietAt(3)],
    ['the last step ended of a task whose pod has lost its owner', [again], [orphan], quietAt(3)],
  ])('is idle since %s', (_, taskRuns, pods, since) => {
    expect(idleSince(going, taskRuns, pods)).toEqual({ since, hasTasks: true });
  });

  it('without tasks is idle since its start', () => {
    const started = aPipelineRun({ status: { startTime: '2026-11-23T12:05:01Z' } });
    expect(idleSince(started, [], [])).toEqual({ since: quietAt(1), hasTasks: false });
  });

  it('that Tekton has not started is idle since its last change', () => {
    const metadata = {
      creationTimestamp: '2026-11-23T12:04:00Z',
      managedFields: [
        { time: '2026-11-23T12:05:02Z' },
        { time: '2026-11-23T12:05:01Z' },
        { time: '2026-11-23T12:05:08Z', subresource: 'status' },
      ],
    };
    expect(idleSince(aPipelineRun({ metadata }), [], [])).toEqual({ since: quietAt(2), hasTasks: false });
  });

  const custom = { ...child, kind: 'CustomRun' };
  it.each([
    ['a step runs', going, [unfinished], [over, aPod({})]],
    ['a task waits for its pod', going, [unfinished], []],
    ['it has a custom task', aPipelineRun({ status: { childReferences: [child, custom] } }), [finished], []],
  ])('is not idle while %s', (_, pipelineRun, taskRuns, pods) => {
    expect(idleSince(pipelineRun, taskRuns, pods)).toBeUndefined();
  });
});

describe('the TaskRun of a pod', () => {
  const finished = aTaskRun(ours, { status: succeeded('False', 'TaskRunCancelled') });
  const named = (name: string, uid: string, taskRun: TaskRun): TaskRun => ({
    ...taskRun,
    metadata: { ...taskRun.metadata, name, uid },
  });
  const other = named('run-1-b', 'uid-b', aTaskRun(ours));

  it('is its controller: the pod may start while that is unfinished', () => {
    const pod = aPod({ owners: [owner('TaskRun', 'run-1-b', 'uid-b')] });
    expect(isLivePodOfRun(pod, run, [finished, other])).toBe(true);
    expect(isLivePodOfRun(aPod({}), run, [other, finished])).toBe(false);
  });

  it('waits for its own pod, even if other pods have ended', () => {
    const over = aPod({ containers: { 'step-a': ended(2) } });
    const going = aPipelineRun({ status: { startTime: '2026-11-23T12:05:00Z' } });
    expect(idleSince(going, [aTaskRun(ours), other], [over])).toBeUndefined();
  });
});

it('three TaskRuns are all named', () => {
  const taskRuns = Array.from({ length: 3 }, () => aTaskRun(ours));
  expect(describeActivity(taskRuns, [])).toBe('TaskRun run-1-a, TaskRun run-1-a, TaskRun run-1-a');
});

it('a TaskRun whose pod has not started a step has not run steps', () => {
  const waiting = aTaskRun(ours, { status: { podName: 'run-1-a-pod', steps: [{ name: 's', waiting: {} }] } });
  expect(stepsMayHaveRun(aPipelineRun(), [waiting])).toBe(false);
});
