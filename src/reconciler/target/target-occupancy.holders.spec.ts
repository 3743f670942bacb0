import { describe, expect, it } from '@jest/globals';
import { CancelledError, InvalidError } from '../../kubernetes/errors.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { succeeded } from '../../tekton/pipeline-run.builders.ts';
import { taskRunResource } from '../../tekton/task-run.ts';
import type { WorkflowExecutionStatus } from '../../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { cooldownOf, idOf } from './lock-claim.ts';
import { TargetOccupancy } from './target-occupancy.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';

const { signal } = new AbortController();
const completionTime = '2026-01-02T03:06:36Z';
const clock = new FakeClock(new Date('2026-01-02T03:10:00Z'));
const failure = { reason: 'TaskFailed', message: 'no', wasExecutionFailure: true } as const;
const completed: WorkflowExecutionStatus = { phase: 'Completed', completionTime };
const failed: WorkflowExecutionStatus = { phase: 'Failed', completionTime, failure };

function aCluster() {
  const cluster = aFakeCluster();
  return {
    ...cluster,
    holders: new TargetOccupancy(
      cluster.executions,
      cluster.history,
      cluster.pipelineRuns,
      cluster.runEnds,
      cluster.refusedStatuses,
      clock,
    ),
  };
}

describe('the cached state of a lock holder that is settled', () => {
  it('is that it has ended, with no cooldown left', () => {
    const { holders, execution } = aCluster();
    const holder = execution({ status: { ...completed, settled: true } });
    expect(holders.cached(idOf(holder))).toEqual({ kind: 'ended' });
    expect(holders.cached({ ...idOf(holder), uid: 'another' })).toEqual({ kind: 'live' });
  });
});

describe('the cached state of a lock holder', () => {
  it.each([
    ['is new', undefined],
    ['is Pending', { phase: 'Pending' }],
    ['is Running', { phase: 'Running' }],
  ] as const)('is live when it %s', (_, status) => {
    const { holders, execution, server } = aCluster();
    expect(holders.cached(idOf(execution({ status })))).toEqual({ kind: 'live' });
    expect(server.verbs).toEqual([]);
  });

  it.each([
    ['is Completed', completed],
    ['has failed', failed],
  ])('is ended with a cooldown when it %s', (_, status) => {
    const { holders, execution } = aCluster();
    const one = execution({ status });
    const cooldown = cooldownOf(one, clock.now());
    expect(cooldown).toMatchObject({ completionTime });
    expect(holders.cached(idOf(one))).toEqual({ kind: 'ended', cooldown });
  });

  it('is live when it does not exist or another one has its name', () => {
    const { holders, execution } = aCluster();
    const one = execution({ status: completed });
    expect(holders.cached({ ...idOf(one), uid: 'another' })).toEqual({ kind: 'live' });
    expect(holders.cached({ namespace: 'payment', name: 'gone', uid: 'u' })).toEqual({ kind: 'live' });
  });
});

it('is ended when the API server refuses to record its end, with a cooldown from then', async () => {
  const { holders, execution, refusedStatuses } = aCluster();
  const one = execution({ status: { phase: 'Running' } });
  const refuse = (isEndOfRun: boolean) =>
    expect(refusedStatuses.written(one, Promise.reject(new InvalidError('too large')), isEndOfRun)).rejects.toThrow(
      'too large',
    );
  await refuse(false);
  expect(holders.cached(idOf(one))).toEqual({ kind: 'live' });
  await refuse(true);
  const cooldown = cooldownOf(one, refusedStatuses.unrecordedEndOf(one) ?? clock.now());
  expect(holders.cached(idOf(one))).toEqual({ kind: 'ended', cooldown });
  await refusedStatuses.written(one, Promise.resolve(one));
  expect(holders.cached(idOf(one))).toEqual({ kind: 'live' });
});

describe('the live state of a lock holder', () => {
  it.each([
    ['is Pending', { phase: 'Pending' }],
    ['is Running', { phase: 'Running' }],
  ] as const)('is live when it %s', async (_, status) => {
    const { holders, execution } = aCluster();
    await expect(holders.live(idOf(execution({ status })), signal)).resolves.toEqual({ kind: 'live' });
  });

  it.each([
    ['is Completed', completed],
    ['has failed', failed],
    ['was skipped', { phase: 'Skipped', completionTime }],
  ] as const)('is ended when it %s', async (_, status) => {
    const { holders, execution, server } = aCluster();
    const one = execution({ status });
    const cooldown = cooldownOf(one, clock.now());
    await expect(holders.live(idOf(one), signal)).resolves.toEqual({ kind: 'ended', cooldown });
    expect(server.verbs).toEqual(['get']);
  });

  it('is read live: the cache may be stale', async () => {
    const { holders, execution, client } = aCluster();
    const one = execution({ status: { phase: 'Running' } });
    await client.patch(workflowExecutionResource, one.metadata, { status: failed }, { subresource: 'status' });
    await expect(holders.live(idOf(one), signal)).resolves.toMatchObject({ kind: 'ended' });
    await expect(holders.live(idOf(one), AbortSignal.abort())).rejects.toThrow(CancelledError);
  });

  it.each([
    ['nothing of it exists', undefined, undefined, 'ended'],
    ['its PipelineRun has ended', succeeded('True', 'Succeeded'), undefined, 'ended'],
    ['its PipelineRun runs', succeeded('Unknown', 'Running'), undefined, 'live'],
    ['a step of it runs', undefined, { running: {} }, 'live'],
    ['its PipelineRun has ended and a step of it runs', succeeded('False', 'Failed'), { running: {} }, 'live'],
  ])('when it is gone and %s', async (_, status, step, kind) => {
    const { holders, execution, unseenPipelineRun, taskRun, pod, server } = aCluster();
    const one = execution();
    if (status !== undefined) unseenPipelineRun(one, { status });
    if (step !== undefined) taskRun(one, 'main', succeeded('False', 'TaskRunCancelled'));
    if (step !== undefined) pod(one, 'main', step);
    server.remove(workflowExecutionResource, one.metadata);
    await expect(holders.live(idOf(one), signal)).resolves.toEqual({ kind });
  });

  it.each(['TaskRun', 'pod'])(
    'is live because of an orphaned %s when its PipelineRun is gone as well',
    async (kind) => {
      const { holders, execution, taskRun, pod, server } = aCluster();
      const one = execution();
      const other = execution({ metadata: { name: 'b', uid: 'uid-b' } });
      const orphaned = { metadata: { ownerReferences: [] } };
      if (kind === 'TaskRun') taskRun(one, 'main', {}, orphaned);
      else pod(one, 'main', { running: {} });
      for (const { metadata } of [one, other]) server.remove(workflowExecutionResource, metadata);
      await expect(holders.live(idOf(one), signal)).resolves.toEqual({ kind: 'live' });
      await expect(holders.live(idOf(other), signal)).resolves.toEqual({ kind: 'ended' });
      const cancelled = kind === 'TaskRun' ? [{ spec: { status: 'TaskRunCancelled' } }] : [];
      expect(server.list(taskRunResource)).toMatchObject(cancelled);
    },
  );

  it('is live because of an orphaned TaskRun, despite another PipelineRun of its name', async () => {
    const { holders, execution, taskRun, unseenPipelineRun, server } = aCluster();
    const one = execution();
    taskRun(one, 'main', {});
    unseenPipelineRun(one, { metadata: { uid: 'another' }, status: succeeded('False', 'Failed') });
    server.remove(workflowExecutionResource, one.metadata);
    await expect(holders.live(idOf(one), signal)).resolves.toEqual({ kind: 'live' });
  });

  it('is ended although its PipelineRun is being deleted: Tekton does nothing more for it', async () => {
    const { holders, execution, unseenPipelineRun, server } = aCluster();
    const one = execution();
    const metadata = { deletionTimestamp: completionTime, finalizers: ['example.org/other'] };
    unseenPipelineRun(one, { metadata, status: succeeded('Unknown', 'Running') });
    server.remove(workflowExecutionResource, one.metadata);
    await expect(holders.live(idOf(one), signal)).resolves.toEqual({ kind: 'ended' });
  });

  it('does not use another execution of the same name', async () => {
    const { holders, execution, unseenPipelineRun } = aCluster();
    const one = execution({ metadata: { uid: 'first' } });
    unseenPipelineRun(one, { status: succeeded('Unknown', 'Running') });
    execution({ metadata: { uid: 'second' }, status: completed });
    await expect(holders.live(idOf(one), signal)).resolves.toEqual({ kind: 'live' });
    await expect(holders.live({ ...idOf(one), uid: 'third' }, signal)).resolves.toEqual({ kind: 'ended' });
  });
});
