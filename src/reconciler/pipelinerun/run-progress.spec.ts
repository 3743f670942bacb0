import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { succeeded } from '../../tekton/pipeline-run.builders.ts';
import { nextStatus } from '../../workflow-execution/status.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import { RunProgress } from './run-progress.ts';

const { signal } = new AbortController();
const at = (second: number) => new Date(Date.parse('2026-01-02T03:00:00Z') + second * 1_000).toISOString();
const created = { metadata: { creationTimestamp: at(0) } };
const pending = { ...succeeded('Unknown', 'Pending'), podName: 'main-pod' };
const unschedulable = (message: string) => ({
  status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] },
});

/** Checks a run with these tasks that was created at second 0, this many seconds later. */
function aCheck(seconds: number, tasks: readonly string[] = ['main'], spec: object = {}) {
  const clock = new FakeClock(new Date(at(seconds)));
  const cluster = aFakeCluster({}, clock);
  const progress = new RunProgress(cluster.taskRuns, clock);
  const own = cluster.execution({ spec });
  const childReferences = tasks.map((name) => ({ kind: 'TaskRun', name }));
  const run = cluster.pipelineRun(own, {
    metadata: { creationTimestamp: at(0) },
    status: { ...succeeded('Unknown', 'Running'), childReferences },
  });
  return { ...cluster, own, check: (execution = own) => progress.find(execution, run, signal) };
}

describe('a run', () => {
  it('is not checked within the grace period', async () => {
    const { check, server } = aCheck(4);
    await expect(check()).resolves.toEqual({ checkAfterMs: 6_000 });
    expect(server.verbs).toEqual([]);
  });

  it('waits for nothing before it has tasks, or while these run', async () => {
    await expect(aCheck(60, []).check()).resolves.toEqual({});
    const { check, own, taskRun, server } = aCheck(60);
    taskRun(own, 'main', succeeded('Unknown', 'Running'), created);
    await expect(check()).resolves.toEqual({});
    expect(server.verbs).toEqual(['list']);
  });

  it('does not wait while its task is within the grace period, and is checked afterwards', async () => {
    const { check, own, taskRun } = aCheck(60);
    taskRun(own, 'main', pending, { metadata: { creationTimestamp: at(57) } });
    await expect(check()).resolves.toEqual({ checkAfterMs: 7_000 });
  });

  it('is checked again after the grace period of its older task', async () => {
    const { check, own, taskRun } = aCheck(60, ['a', 'b']);
    taskRun(own, 'a', pending, { metadata: { creationTimestamp: at(57) } });
    taskRun(own, 'b', pending, { metadata: { creationTimestamp: at(52) } });
    await expect(check()).resolves.toEqual({ checkAfterMs: 2_000 });
  });

  it('does not wait for a task whose first step has started, although its TaskRun does not report it yet', async () => {
    const { check, own, taskRun, pod } = aCheck(60);
    taskRun(own, 'main', pending, created);
    pod(own, 'main', { running: {} });
    await expect(check()).resolves.toEqual({});
  });

  it('waits for one task while another one runs', async () => {
    const { check, own, taskRun } = aCheck(20, ['a', 'b']);
    taskRun(own, 'a', succeeded('Unknown', 'Running'), created);
    taskRun(own, 'b', succeeded('Unknown', 'Pending', ''), created);
    const message = expect.stringMatching(/^Task "b" waits for Tekton to create its pod \(PipelineRun [^ ]+\)\.$/);
    await expect(check()).resolves.toMatchObject({ waiting: 'PodPending', message });
  });

  it('waits for a node, with the reason', async () => {
    const { check, own, taskRun, pod } = aCheck(20);
    taskRun(own, 'main', pending, created);
    pod(own, 'main', {}, unschedulable('0/3 nodes are available'));
    await expect(check()).resolves.toEqual({
      waiting: 'Unschedulable',
      message: expect.stringMatching(
        /^Task "main" waits for a node for its pod \(PipelineRun .+\)\. 0\/3 nodes are available\.$/,
      ),
      checkAfterMs: 15_000,
    });
  });

  it.each([
    [['a', 'b'], 'and 1 more task waits'],
    [['a', 'b', 'c'], 'and 2 more tasks wait'],
  ])('names one of the tasks %j and counts the others', async (names, others) => {
    const { check, own, taskRun } = aCheck(20, names);
    for (const name of names) taskRun(own, name, succeeded('Unknown', 'ExceededResourceQuota'), created);
    const { message } = await check();
    expect(message).toContain(`Task "a" waits for room in a quota of the namespace, ${others} (PipelineRun`);
  });

  it('keeps its message while the reason is the same, even if its text changes', async () => {
    const { check, own, taskRun, pod } = aCheck(20);
    taskRun(own, 'main', pending, created);
    pod(own, 'main', {}, unschedulable('0/3 nodes are available'));
    const { message: before } = await check();
    pod(own, 'main', {}, unschedulable('0/4 nodes are available'));
    const { message } = await check({ ...own, status: { message: before } });
    expect(message).toEqual(before);
  });

  it('redacts secrets in messages', async () => {
    const { check, own, taskRun, pod } = aCheck(20, ['main'], { parameters: { PASSWORD: 'hunter2' } });
    taskRun(own, 'main', pending, created);
    pod(own, 'main', {}, unschedulable('no node has hunter2'));
    expect((await check()).message).not.toContain('hunter2');
  });

  it.each([
    [40, 20_000],
    [3_600, 300_000],
  ])('is checked less often the longer it waits: after %d s', async (seconds, checkAfterMs) => {
    const { check, own, taskRun } = aCheck(seconds);
    taskRun(own, 'main', succeeded('Unknown', 'ExceededResourceQuota'), created);
    await expect(check()).resolves.toMatchObject({ checkAfterMs });
  });
});

describe('the progress of a run', () => {
  const done = succeeded('True', 'Succeeded');
  const running = succeeded('Unknown', 'Running');
  const oneOf = (second: number) => `0 of 2 tasks done; a running since ${at(second)}`;

  /** A run of the tasks a and b, created at second 0, of which a has started; it is observed this many seconds later. */
  function aRun(seconds: number) {
    const clock = new FakeClock(new Date(at(seconds)));
    const cluster = aFakeCluster({}, clock);
    const progress = new RunProgress(cluster.taskRuns, clock);
    let own = cluster.execution();
    const writes: (string | undefined)[] = [];
    const start = (name: string, second: number, status: object = running) =>
      cluster.taskRun(own, name, status, { metadata: { creationTimestamp: at(second) } });
    /** Observes the run and writes its status, as the reconciler does. */
    const observe = async (...children: readonly string[]) => {
      const status = {
        ...running,
        pipelineSpec: { tasks: [{ name: 'a' }, { name: 'b' }] },
        childReferences: children.map((name) => ({ kind: 'TaskRun', name, pipelineTaskName: name })),
      };
      const run = cluster.pipelineRun(own, { metadata: { creationTimestamp: at(0) }, status });
      const {
        message = 'PipelineRun run-1 is in progress',
        waiting,
        checkAfterMs,
      } = await progress.find(own, run, signal);
      const reference = { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', name: 'run-1', namespace: 'payment' };
      const observation = { phase: 'Running', pipelineRun: reference, message, waiting } as const;
      if (message !== own.status?.message) writes.push(message);
      own = { ...own, status: nextStatus(own, observation, clock.now()) };
      return checkAfterMs;
    };
    return { ...cluster, clock, start, observe, writes };
  }

  it('is reported after the grace period, and then when a task ends or starts', async () => {
    const { start, observe, writes, clock } = aRun(20);
    start('a', 1);
    await expect(observe('a')).resolves.toBeUndefined();
    await clock.advance(60_000);
    await observe('a');
    start('a', 1, done);
    start('b', 80);
    await observe('a', 'b');
    expect(writes).toEqual([oneOf(1), `1 of 2 tasks done; b running since ${at(80)}`]);
  });

  it('is reported once in ten seconds, with what is true then', async () => {
    const { start, observe, writes, clock } = aRun(20);
    start('a', 1);
    await observe('a');
    await clock.advance(4_000);
    start('a', 1, done);
    start('b', 23);
    await expect(observe('a', 'b')).resolves.toBe(6_000);
    expect(writes).toEqual([oneOf(1)]);
    start('b', 23, done);
    await clock.advance(6_000);
    await observe('a', 'b');
    expect(writes).toEqual([oneOf(1), '2 of 2 tasks done']);
  });

  it('replaces a wait as soon as that has ended', async () => {
    const { start, observe, writes, clock } = aRun(20);
    start('a', 1);
    await observe('a');
    await clock.advance(1_000);
    start('a', 1, succeeded('Unknown', 'ExceededResourceQuota'));
    await observe('a');
    await clock.advance(1_000);
    start('a', 1);
    await observe('a');
    expect(writes).toEqual([oneOf(1), expect.stringMatching(/^Task "a" waits/), oneOf(1)]);
  });

  it('names a task when it has started', async () => {
    const { start, observe, writes, clock } = aRun(20);
    start('a', 1);
    await observe('a');
    await clock.advance(60_000);
    start('a', 1, done);
    start('b', 78, succeeded('Unknown', 'Pending'));
    await expect(observe('a', 'b')).resolves.toBe(8_000);
    expect(writes).toEqual([oneOf(1)]);
    start('b', 78);
    await observe('a', 'b');
    expect(writes).toEqual([oneOf(1), `1 of 2 tasks done; b running since ${at(78)}`]);
  });
});

it('custom tasks count as tasks', async () => {
  const clock = new FakeClock(new Date(at(20)));
  const cluster = aFakeCluster({}, clock);
  const own = cluster.execution();
  const status = {
    ...succeeded('Unknown', 'Running'),
    pipelineSpec: { tasks: [{ name: 'wait' }] },
    childReferences: [{ kind: 'CustomRun', name: 'run-1-wait', pipelineTaskName: 'wait' }],
  };
  const run = cluster.pipelineRun(own, { metadata: { creationTimestamp: at(0) }, status });
  cluster.customRun(own, 'run-1-wait', {}, created);
  const { message } = await new RunProgress(cluster.taskRuns, clock).find(own, run, signal);
  expect(message).toBe(`0 of 1 tasks done; wait running since ${at(0)}`);
});
