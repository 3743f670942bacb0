import { describe, expect, it } from '@jest/globals';
import {
  AlreadyExistsError,
  CancelledError,
  ForbiddenError,
  InvalidError,
  UnavailableError,
} from '../kubernetes/errors.ts';
import { buildPipelineRun } from '../tekton/build-pipeline-run.ts';
import { pipelineRunName } from '../tekton/pipeline-run-name.ts';
import { pipelineRunResource } from '../tekton/pipeline-run.ts';
import { aFakeCluster, notOurs } from './fake-cluster.builders.ts';

const { signal } = new AbortController();
const aborted = AbortSignal.abort();
const keyOf = (execution: Parameters<typeof pipelineRunName>[0]) => ({
  namespace: 'payment',
  name: pipelineRunName(execution),
});

describe('creating the PipelineRun of an execution', () => {
  it('sends the one that the execution asks for, and knows it from then on', async () => {
    const { pipelineRuns, execution, server, runCache } = aFakeCluster();
    const one = execution();
    const created = await pipelineRuns.create(one, signal);
    expect(server.requests.map(({ verb, body }) => [verb, body])).toEqual([
      ['create', JSON.parse(JSON.stringify(buildPipelineRun(one)))],
    ]);
    expect(runCache.get(keyOf(one))).toEqual(created);
  });

  it('fails when its name is taken', async () => {
    const { pipelineRuns, execution, pipelineRun } = aFakeCluster();
    const one = execution();
    pipelineRun(one);
    await expect(pipelineRuns.create(one, signal)).rejects.toThrow(AlreadyExistsError);
  });

  it('fails with what the API server says, told without secret parameters', async () => {
    const { pipelineRuns, execution } = aFakeCluster({
      before: () => {
        throw new ForbiddenError('hunter2 is forbidden', { status: 403 });
      },
    });
    const creation = pipelineRuns.create(execution({ spec: { parameters: { PASSWORD: 'hunter2' } } }), signal);
    await expect(creation).rejects.toThrow('******** is forbidden');
  });

  it('ends with its caller', async () => {
    const { pipelineRuns, execution } = aFakeCluster();
    await expect(pipelineRuns.create(execution(), aborted)).rejects.toThrow(CancelledError);
  });
});

describe('finding the PipelineRun of an execution', () => {
  it('asks nobody when the watch has seen it', async () => {
    const { pipelineRuns, execution, pipelineRun, server } = aFakeCluster();
    const one = execution();
    const run = pipelineRun(one);
    await expect(pipelineRuns.find(one, signal)).resolves.toEqual(run);
    expect(server.verbs).toEqual([]);
  });

  it('reads it live when the watch has not seen it', async () => {
    const { pipelineRuns, execution, unseenPipelineRun, runCache } = aFakeCluster();
    const one = execution();
    const run = unseenPipelineRun(one);
    await expect(pipelineRuns.find(one, signal)).resolves.toEqual(run);
    expect(runCache.get(keyOf(one))).toEqual(run);
    await expect(pipelineRuns.find(execution({ metadata: { name: 'b' } }), aborted)).rejects.toThrow(CancelledError);
  });

  it('reads it live when the watch has seen one of somebody else', async () => {
    const { pipelineRuns, execution, pipelineRun, unseenPipelineRun } = aFakeCluster();
    const one = execution();
    pipelineRun(one, notOurs);
    const ours = unseenPipelineRun(one);
    await expect(pipelineRuns.find(one, signal)).resolves.toEqual(ours);
  });

  it('does not take one of somebody else for it, unlike reading', async () => {
    const { pipelineRuns, execution, unseenPipelineRun } = aFakeCluster();
    const one = execution();
    const theirs = unseenPipelineRun(one, notOurs);
    await expect(pipelineRuns.find(one, signal)).resolves.toBeUndefined();
    await expect(pipelineRuns.read(one, signal)).resolves.toEqual(theirs);
  });

  it('finds none where none is', async () => {
    const { pipelineRuns, execution } = aFakeCluster();
    await expect(pipelineRuns.find(execution(), signal)).resolves.toBeUndefined();
    await expect(pipelineRuns.read(execution(), signal)).resolves.toBeUndefined();
  });

  it('keeps one out of the cache that has lost the label by which it is watched', async () => {
    const { pipelineRuns, execution, unseenPipelineRun, runCache } = aFakeCluster();
    const [bare, stripped] = [execution(), execution({ metadata: { name: 'b', uid: 'uid-b' } })];
    unseenPipelineRun(bare, { metadata: { labels: undefined } });
    unseenPipelineRun(stripped, { metadata: { labels: { other: 'x' } } });
    for (const each of [bare, stripped]) await pipelineRuns.read(each, signal);
    expect(runCache.size).toBe(0);
  });
});

describe('cancelling a PipelineRun', () => {
  it('asks Tekton to run the finally tasks, for this very run', async () => {
    const { pipelineRuns, execution, pipelineRun, storedRun, runCache } = aFakeCluster();
    const one = execution();
    await pipelineRuns.cancel(pipelineRun(one), signal);
    expect(storedRun(one)?.spec.status).toBe('CancelledRunFinally');
    expect(runCache.get(keyOf(one))).toEqual(storedRun(one));
  });

  it('leaves another one of its name', async () => {
    const { pipelineRuns, execution, pipelineRun, unseenPipelineRun, storedRun } = aFakeCluster();
    const one = execution();
    const run = pipelineRun(one);
    const another = unseenPipelineRun(one, { metadata: { uid: 'another' } });
    await expect(pipelineRuns.cancel(run, signal)).rejects.toThrow(InvalidError);
    await expect(pipelineRuns.cancel(another, aborted)).rejects.toThrow(CancelledError);
    expect(storedRun(one)).toEqual(another);
  });
});

describe('deleting a PipelineRun', () => {
  it('waits for its TaskRuns and their pods, and is for this very run', async () => {
    const { pipelineRuns, execution, pipelineRun, storedRun, server } = aFakeCluster();
    const one = execution();
    const { metadata } = pipelineRun(one);
    await pipelineRuns.delete({ ...pipelineRun(one), metadata }, signal);
    expect(server.requests.at(-1)?.body).toEqual({
      preconditions: { uid: metadata.uid },
      propagationPolicy: 'Foreground',
    });
    expect(storedRun(one)).toBeUndefined();
  });

  it('is done when it is gone or another one has its name, and fails with any other error', async () => {
    const { pipelineRuns, execution, pipelineRun, unseenPipelineRun, storedRun, server } = aFakeCluster();
    const one = execution();
    const run = pipelineRun(one);
    const another = unseenPipelineRun(one, { metadata: { uid: 'another' } });
    await pipelineRuns.delete(run, signal);
    expect(storedRun(one)).toEqual(another);
    server.remove(pipelineRunResource, run.metadata);
    await pipelineRuns.delete(run, signal);
    await expect(pipelineRuns.delete(run, aborted)).rejects.toThrow(CancelledError);
    const cut = aFakeCluster({
      before: () => {
        throw new UnavailableError('reset');
      },
    });
    await expect(cut.pipelineRuns.delete(run, signal)).rejects.toThrow('reset');
  });
});

describe('the TaskRuns of an execution', () => {
  it('are those of its PipelineRun, all pages of them', async () => {
    const { pipelineRuns, execution, taskRun, server } = aFakeCluster();
    const [one, other] = [execution(), execution({ metadata: { name: 'b', uid: 'uid-b' } })];
    const names = Array.from({ length: 201 }, (_, i) => `task-${i}`);
    for (const name of names) taskRun(one, name, {});
    taskRun(other, 'of-another', {});
    const found = await pipelineRuns.taskRuns(one, signal);
    expect(found.map(({ metadata }) => metadata.name)).toEqual(names);
    expect(server.requests.map(({ body }) => body)).toEqual(
      [undefined, '100', '200'].map((token) => ({
        namespace: 'payment',
        labelSelector: `tekton.dev/pipelineRun=${pipelineRunName(one)}`,
        limit: 100,
        ...(token !== undefined && { continue: token }),
      })),
    );
    await expect(pipelineRuns.taskRuns(one, aborted)).rejects.toThrow(CancelledError);
  });
});

describe('the pods of an execution', () => {
  it.each([
    ['Pending', true],
    ['Running', true],
    ['Unknown', true],
    ['Succeeded', false],
    ['Failed', false],
  ])('are alive while one is %s: %p', async (phase, expected) => {
    const { pipelineRuns, execution, pod } = aFakeCluster();
    const [one, other] = [execution(), execution({ metadata: { name: 'b', uid: 'uid-b' } })];
    pod(one, 'ended', 'Succeeded');
    pod(one, 'pod', phase);
    pod(other, 'of-another', 'Running');
    await expect(pipelineRuns.hasLivePods(one, signal)).resolves.toBe(expected);
  });

  it('are asked for one at most', async () => {
    const { pipelineRuns, execution, pod, server } = aFakeCluster();
    const one = execution();
    await expect(pipelineRuns.hasLivePods(one, signal)).resolves.toBe(false);
    for (const name of ['a', 'b']) pod(one, name, 'Running');
    await expect(pipelineRuns.hasLivePods(one, signal)).resolves.toBe(true);
    expect(server.requests.at(-1)).toMatchObject({
      path: expect.stringContaining('/namespaces/payment/pods'),
      body: { limit: 1 },
    });
    await expect(pipelineRuns.hasLivePods(one, aborted)).rejects.toThrow(CancelledError);
  });
});
