import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { succeeded } from '../../tekton/pipeline-run.builders.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import { RunWaits } from './run-waits.ts';

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
  const waits = new RunWaits(cluster.taskRuns, clock);
  const own = cluster.execution({ spec });
  const childReferences = tasks.map((name) => ({ kind: 'TaskRun', name }));
  const run = cluster.pipelineRun(own, {
    metadata: { creationTimestamp: at(0) },
    status: { ...succeeded('Unknown', 'Running'), childReferences },
  });
  return { ...cluster, own, check: (execution = own) => waits.find(execution, run, signal) };
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
    await expect(check()).resolves.toMatchObject({ waiting: { reason: 'PodPending', message } });
  });

  it('waits for a node, with the reason', async () => {
    const { check, own, taskRun, pod } = aCheck(20);
    taskRun(own, 'main', pending, created);
    pod(own, 'main', {}, unschedulable('0/3 nodes are available'));
    await expect(check()).resolves.toEqual({
      waiting: {
        reason: 'Unschedulable',
        message: expect.stringMatching(
          /^Task "main" waits for a node for its pod \(PipelineRun .+\)\. 0\/3 nodes are available\.$/,
        ),
      },
      checkAfterMs: 15_000,
    });
  });

  it.each([
    [['a', 'b'], 'and 1 more task waits'],
    [['a', 'b', 'c'], 'and 2 more tasks wait'],
  ])('names one of the tasks %j and counts the others', async (names, others) => {
    const { check, own, taskRun } = aCheck(20, names);
    for (const name of names) taskRun(own, name, succeeded('Unknown', 'ExceededResourceQuota'), created);
    const { waiting } = await check();
    expect(waiting?.message).toContain(`Task "a" waits for room in a quota of the namespace, ${others} (PipelineRun`);
  });

  it('keeps its message while the reason is the same, even if its text changes', async () => {
    const { check, own, taskRun, pod } = aCheck(20);
    taskRun(own, 'main', pending, created);
    pod(own, 'main', {}, unschedulable('0/3 nodes are available'));
    const { waiting: before } = await check();
    pod(own, 'main', {}, unschedulable('0/4 nodes are available'));
    const { waiting } = await check({ ...own, status: { message: before?.message } });
    expect(waiting).toEqual(before);
  });

  it('redacts secrets in messages', async () => {
    const { check, own, taskRun, pod } = aCheck(20, ['main'], { parameters: { PASSWORD: 'hunter2' } });
    taskRun(own, 'main', pending, created);
    pod(own, 'main', {}, unschedulable('no node has hunter2'));
    expect((await check()).waiting?.message).not.toContain('hunter2');
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
