import { describe, expect, it } from '@jest/globals';
import { CancelledError, InvalidError, UnavailableError } from '../../kubernetes/errors.ts';
import { succeeded } from '../../tekton/pipeline-run.builders.ts';
import { taskRunResource } from '../../tekton/task-run.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import { runOf } from './run-end.ts';

const { signal } = new AbortController();
const aborted = AbortSignal.abort();
const ended = { terminated: { containerID: 'c', finishedAt: '2026-01-02T03:05:00Z' } };

/** Two executions with a PipelineRun each. */
function twoRuns() {
  const cluster = aFakeCluster();
  const [one, other] = [cluster.execution(), cluster.execution({ metadata: { name: 'b', uid: 'uid-b' } })];
  return { ...cluster, one, other, run: runOf(one, cluster.pipelineRun(one)) };
}

describe('the TaskRuns of a run', () => {
  it('are those of its PipelineRun, all pages of them', async () => {
    const { taskRuns, taskRun, server, one, other, run } = twoRuns();
    const names = Array.from({ length: 201 }, (_, i) => `task-${i}`);
    for (const name of names) taskRun(one, name, {});
    taskRun(other, 'given-away', {});
    const found = await taskRuns.list(run, [], signal);
    expect(found.map(({ metadata }) => metadata.name)).toEqual(names);
    expect(server.requests.map(({ body }) => body)).toEqual(
      [undefined, '100', '200'].map((token) => ({
        namespace: 'payment',
        labelSelector: `tekton.dev/pipelineRun=${run.name}`,
        limit: 100,
        ...(token !== undefined && { continue: token }),
      })),
    );
    await expect(taskRuns.list(run, [], aborted)).rejects.toThrow(CancelledError);
  });

  it('are found by the names that Tekton recorded when they have lost their labels', async () => {
    const { taskRuns, taskRun, server, one, run } = twoRuns();
    taskRun(one, 'labelled', {});
    taskRun(one, 'stripped', {}, { metadata: { labels: {} } });
    const found = await taskRuns.list(run, ['labelled', 'stripped', 'gone'], signal);
    expect(found.map(({ metadata }) => metadata.name)).toEqual(['labelled', 'stripped']);
    expect(server.verbs).toEqual(['list', 'list', 'list']);
  });

  it('include those whose label names another run', async () => {
    const { taskRuns, taskRun, one, other, run } = twoRuns();
    const { labels } = taskRun(one, 'own', {}).metadata;
    taskRun(other, 'given-away', {}, { metadata: { labels } });
    const found = await taskRuns.list(run, ['given-away'], signal);
    expect(found.map(({ metadata }) => metadata.name)).toEqual(['own', 'given-away']);
  });
});

describe('cancelling a TaskRun', () => {
  it('asks Tekton to cancel the one with this UID', async () => {
    const { taskRuns, taskRun, server, one } = twoRuns();
    await taskRuns.cancel(taskRun(one, 'main', {}), signal);
    expect(server.list(taskRunResource)).toMatchObject([{ spec: { status: 'TaskRunCancelled' } }]);
  });

  it('is done when it is gone or another one has its name', async () => {
    const { taskRuns, taskRun, server, one } = twoRuns();
    const read = taskRun(one, 'main', {});
    const another = taskRun(one, 'main', {}, { metadata: { uid: 'another' } });
    await taskRuns.cancel(read, signal);
    expect(server.list(taskRunResource)).toEqual([another]);
    server.remove(taskRunResource, read.metadata);
    await expect(taskRuns.cancel(read, signal)).resolves.toBeUndefined();
  });

  it.each([
    ['is done when Tekton refuses it, because it has ended', new InvalidError('done', { status: 400 }), true],
    ['fails with any other error', new UnavailableError('reset'), false],
  ])('%s', async (_, error, isDone) => {
    const { taskRuns, execution, taskRun } = aFakeCluster({
      before: () => {
        throw error;
      },
    });
    const cancelling = taskRuns.cancel(taskRun(execution(), 'main', {}), signal).then(
      () => 'done',
      (thrown: unknown) => thrown,
    );
    await expect(cancelling).resolves.toBe(isDone ? 'done' : error);
  });
});

describe('the pods of TaskRuns', () => {
  it('are alive while a step runs, regardless of their labels', async () => {
    const { taskRuns, pod, one, other } = twoRuns();
    pod(one, 'ended', ended);
    pod(one, 'running', { running: {} }, { metadata: { labels: {} } });
    pod(other, 'waiting', { waiting: {} });
    pod(one, 'orphan', { running: {} }, { metadata: { ownerReferences: [] } });
    const found = await taskRuns.livePods('payment', signal);
    expect(found.map(({ metadata }) => metadata.name)).toEqual(['running-pod', 'waiting-pod', 'orphan-pod']);
  });

  it('of one run are those of its TaskRuns, also when they have ended', async () => {
    const { taskRuns, taskRun, pod, one, other, run } = twoRuns();
    const own = [taskRun(one, 'main', succeeded('True', ''))];
    pod(one, 'main', ended);
    pod(other, 'other', { running: {} });
    const found = await taskRuns.pods(run, own, signal);
    expect(found.map(({ metadata }) => metadata.name)).toEqual(['main-pod']);
  });
});

describe('the requests for the parts of a run', () => {
  it('are one for TaskRuns that all have their labels', async () => {
    const { taskRuns, taskRun, server, one, run } = twoRuns();
    taskRun(one, 'first', {});
    taskRun(one, 'second', {});
    await taskRuns.list(run, ['first', 'second'], signal);
    expect(server.verbs).toEqual(['list']);
  });

  it('are only pods that may still run a step', async () => {
    const { taskRuns, server } = twoRuns();
    await taskRuns.livePods('payment', signal);
    const fieldSelector = 'spec.restartPolicy=Never,status.phase!=Succeeded,status.phase!=Failed';
    expect(server.requests).toMatchObject([{ verb: 'list', body: { fieldSelector } }]);
  });

  it('do not find bare pods with the labels of the run', async () => {
    const { taskRuns, pod, one, run } = twoRuns();
    pod(one, 'main', { running: {} }, { metadata: { name: 'bare', ownerReferences: [] } });
    await expect(taskRuns.pods(run, [], signal)).resolves.toEqual([]);
  });
});
