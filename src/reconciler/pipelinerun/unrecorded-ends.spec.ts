import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { succeeded } from '../../tekton/pipeline-run.builders.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import { UnrecordedEnds } from './unrecorded-ends.ts';

const { signal } = new AbortController();
const statusDeadlineMs = 600_000;
const at = (minute: number) => `2026-01-02T03:${minute.toString().padStart(2, '0')}:00Z`;
const ended = { terminated: { containerID: 'c', finishedAt: at(5) } };

/** Checks a run that started at 3:00 and is running according to Tekton. */
function aCheck(now: number, { started = 0, timeout = '1h0m0s' } = {}) {
  const cluster = aFakeCluster();
  const execution = cluster.execution();
  const clock = new FakeClock(new Date(at(started)));
  const ends = new UnrecordedEnds(cluster.taskRuns, { statusDeadlineMs }, clock);
  const run = cluster.pipelineRun(execution, {
    metadata: { creationTimestamp: at(0) },
    spec: { timeouts: { pipeline: timeout } },
    status: { ...succeeded('Unknown', 'Running'), startTime: at(0) },
  });
  const checkRun = async (one: typeof run) => {
    await clock.advance((now - started) * 60_000);
    return ends.find(one, signal);
  };
  return { ...cluster, own: execution, checkRun, check: () => checkRun(run) };
}

describe('a run that is running according to Tekton', () => {
  it('is not checked before the deadline', async () => {
    const { check, server } = aCheck(9);
    await expect(check()).resolves.toBeUndefined();
    expect(server.verbs).toEqual([]);
  });

  it.each([
    ['14 minutes after it began', 14, undefined],
    ['16 minutes after it began', 16, 60_000],
  ])('is overdue one deadline after its last step, %s', async (_, now, overdueMs) => {
    const { check, own, taskRun, pod } = aCheck(now);
    taskRun(own, 'main', {});
    pod(own, 'main', ended);
    const found = await check();
    expect(found?.overdueMs).toBe(overdueMs);
    if (found) expect(found.message).toMatch(/^Every step of PipelineRun .+ had ended by 2026-01-02T03:05:00Z/);
  });

  it('is not overdue while a step runs or a TaskRun has no pod yet', async () => {
    const { check, own, taskRun, pod } = aCheck(30);
    taskRun(own, 'main', {});
    await expect(check()).resolves.toBeUndefined();
    pod(own, 'main', { running: {} }, { metadata: { labels: {} } });
    await expect(check()).resolves.toBeUndefined();
  });

  it('is overdue without a task one deadline after its start', async () => {
    const { check } = aCheck(11);
    await expect(check()).resolves.toMatchObject({
      message: expect.stringMatching(/started no task/),
      overdueMs: 60_000,
    });
  });

  it.each([
    ['a deadline after its timeout, even if a step runs', '5m', 60_000],
    ['never without a timeout', '0s', undefined],
  ])('is overdue %s', async (_, timeout, overdueMs) => {
    const { check, own, taskRun, pod } = aCheck(16, { timeout });
    taskRun(own, 'main', {});
    pod(own, 'main', { running: {} });
    const found = await check();
    expect(found?.overdueMs).toBe(overdueMs);
  });

  it('starts the deadline again with the process: Tekton may have been down as well', async () => {
    const { check } = aCheck(29, { started: 20 });
    await expect(check()).resolves.toBeUndefined();
  });
});

describe('a run whose timeout has passed', () => {
  const message = expect.stringMatching(/^PipelineRun .+ did not end with its timeout\. .+ Tekton/);

  it.each([
    ['from its start', { startTime: at(0) }],
    ['from its creation when Tekton has not started it', {}],
  ])('is named as such, and the timeout counts %s', async (_, over) => {
    const { pipelineRun, own, checkRun } = aCheck(16);
    const run = pipelineRun(own, {
      metadata: { creationTimestamp: at(0) },
      spec: { timeouts: { pipeline: '5m' } },
      status: { ...succeeded('Unknown', 'Running'), ...over },
    });
    await expect(checkRun(run)).resolves.toEqual({ message, overdueMs: 60_000 });
  });

  it('has its time from its start, which may be later than its creation', async () => {
    const { pipelineRun, own, checkRun, taskRun } = aCheck(16);
    const run = pipelineRun(own, {
      metadata: { creationTimestamp: at(0) },
      spec: { timeouts: { pipeline: '5m' } },
      status: { ...succeeded('Unknown', 'Running'), startTime: at(2) },
    });
    taskRun(own, 'main', {});
    await expect(checkRun(run)).resolves.toBeUndefined();
  });
});

describe('a run whose recorded pods have all ended', () => {
  it('is not overdue while another pod of its TaskRuns runs, regardless of its labels', async () => {
    const { check, own, taskRun, pod } = aCheck(30);
    taskRun(own, 'main', {});
    pod(own, 'main', ended);
    pod(own, 'main', { running: {} }, { metadata: { name: 'main-pod-retry1', labels: {} } });
    await expect(check()).resolves.toBeUndefined();
  });

  it('is overdue although a pod of another run is running', async () => {
    const { check, own, execution, taskRun, pod } = aCheck(30);
    taskRun(own, 'main', {});
    pod(own, 'main', ended);
    pod(execution({ metadata: { name: 'b', uid: 'uid-b' } }), 'other', { running: {} });
    await expect(check()).resolves.toMatchObject({
      message: expect.stringMatching(/ended by .+ may be too large .+, or Tekton/),
    });
  });
});
