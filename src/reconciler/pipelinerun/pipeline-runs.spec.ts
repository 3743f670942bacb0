import { describe, expect, it } from '@jest/globals';
import {
  AlreadyExistsError,
  CancelledError,
  ForbiddenError,
  InvalidError,
  UnavailableError,
} from '../../kubernetes/errors.ts';
import { buildPipelineRun } from '../../tekton/build-pipeline-run.ts';
import { pipelineRunName } from '../../tekton/names.ts';
import { pipelineRunResource } from '../../tekton/pipeline-run.ts';
import { tracedReconcile } from '../../tracing/reconcile-span.ts';
import { endTraces, keepTraces } from '../../tracing/spans.builders.ts';
import { activeTraceparent } from '../../tracing/tracer.ts';
import { aFakeCluster, foreignOwned } from '../fake-cluster.builders.ts';

const { signal } = new AbortController();
const aborted = AbortSignal.abort();
const keyOf = (execution: Parameters<typeof pipelineRunName>[0]) => ({
  namespace: 'payment',
  name: pipelineRunName(execution),
});

/** Without our finalizer, so that a deletion does not wait. */
const released = { metadata: { finalizers: [] } };

describe('creating the PipelineRun of an execution', () => {
  it('creates the PipelineRun of the execution and caches it', async () => {
    const { pipelineRuns, execution, server, runCache } = aFakeCluster();
    const one = execution();
    const created = await pipelineRuns.create(one, signal);
    expect(server.requests.map(({ verb, body }) => [verb, body])).toEqual([
      ['create', JSON.parse(JSON.stringify(buildPipelineRun(one)))],
    ]);
    expect(runCache.get(keyOf(one))).toEqual(created);
  });

  it('sends the configured pod security and the current trace', async () => {
    keepTraces();
    const { pipelineRuns, execution, server } = aFakeCluster({}, undefined, { podSecurity: 'none' });
    const one = execution();
    const traceparent = await tracedReconcile(one, async () => {
      await pipelineRuns.create(one, signal);
      return activeTraceparent();
    });
    endTraces();
    expect(traceparent).toBeDefined();
    const expected: unknown = JSON.parse(JSON.stringify(buildPipelineRun(one, { podSecurity: 'none', traceparent })));
    expect(server.requests.map(({ body }) => body)).toEqual([expected]);
  });

  it('fails when its name exists', async () => {
    const { pipelineRuns, execution, pipelineRun } = aFakeCluster();
    const one = execution();
    pipelineRun(one);
    await expect(pipelineRuns.create(one, signal)).rejects.toThrow(AlreadyExistsError);
  });

  it('fails with the error of the API server, with secret parameters redacted', async () => {
    const { pipelineRuns, execution } = aFakeCluster({
      before: () => {
        throw new ForbiddenError('hunter2 is forbidden', { status: 403 });
      },
    });
    const creation = pipelineRuns.create(execution({ spec: { parameters: { PASSWORD: 'hunter2' } } }), signal);
    await expect(creation).rejects.toThrow('withheld');
  });

  it('ends with its caller', async () => {
    const { pipelineRuns, execution } = aFakeCluster();
    await expect(pipelineRuns.create(execution(), aborted)).rejects.toThrow(CancelledError);
  });
});

describe('finding the PipelineRun of an execution', () => {
  it('sends nothing when it is in the cache', async () => {
    const { pipelineRuns, execution, pipelineRun, server } = aFakeCluster();
    const one = execution();
    const run = pipelineRun(one);
    await expect(pipelineRuns.find(one, signal)).resolves.toEqual(run);
    expect(server.verbs).toEqual([]);
  });

  it('reads it live when it is not in the cache', async () => {
    const { pipelineRuns, execution, unseenPipelineRun, runCache } = aFakeCluster();
    const one = execution();
    const run = unseenPipelineRun(one);
    await expect(pipelineRuns.find(one, signal)).resolves.toEqual(run);
    expect(runCache.get(keyOf(one))).toEqual(run);
    await expect(pipelineRuns.find(execution({ metadata: { name: 'b' } }), aborted)).rejects.toThrow(CancelledError);
  });

  it('reads it live when the cache has a foreign one', async () => {
    const { pipelineRuns, execution, pipelineRun, unseenPipelineRun } = aFakeCluster();
    const one = execution();
    pipelineRun(one, foreignOwned);
    const ours = unseenPipelineRun(one);
    await expect(pipelineRuns.find(one, signal)).resolves.toEqual(ours);
  });

  it('does not find a foreign one, unlike reading', async () => {
    const { pipelineRuns, execution, unseenPipelineRun } = aFakeCluster();
    const one = execution();
    const theirs = unseenPipelineRun(one, foreignOwned);
    await expect(pipelineRuns.find(one, signal)).resolves.toBeUndefined();
    await expect(pipelineRuns.read(one, signal)).resolves.toEqual(theirs);
  });

  it('finds nothing if there is none', async () => {
    const { pipelineRuns, execution } = aFakeCluster();
    await expect(pipelineRuns.find(execution(), signal)).resolves.toBeUndefined();
    await expect(pipelineRuns.read(execution(), signal)).resolves.toBeUndefined();
  });

  it('does not cache one that has lost the watched label', async () => {
    const { pipelineRuns, execution, unseenPipelineRun, runCache } = aFakeCluster();
    const [bare, stripped] = [execution(), execution({ metadata: { name: 'b', uid: 'uid-b' } })];
    unseenPipelineRun(bare, { metadata: { labels: undefined } });
    unseenPipelineRun(stripped, { metadata: { labels: { other: 'x' } } });
    for (const each of [bare, stripped]) await pipelineRuns.read(each, signal);
    expect(runCache.size).toBe(0);
  });
});

describe('the PipelineRun of an execution whose UID is recorded', () => {
  const pipelineRunRef = {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    name: 'n',
    namespace: 'payment',
    uid: 'u',
  };
  const running = { status: { phase: 'Running', pipelineRunRef } } as const;

  it('is not another one with its name, regardless of its owner', async () => {
    const { pipelineRuns, execution, pipelineRun } = aFakeCluster();
    const one = execution(running);
    pipelineRun(one, { metadata: { uid: 'another' } });
    await expect(pipelineRuns.find(one, signal)).resolves.toBeUndefined();
  });

  it('is found without its owner', async () => {
    const { pipelineRuns, execution, pipelineRun } = aFakeCluster();
    const one = execution(running);
    const run = pipelineRun(one, { metadata: { uid: 'u', ownerReferences: [] } });
    await expect(pipelineRuns.find(one, signal)).resolves.toEqual(run);
  });

  it('gets the watched label back', async () => {
    const { pipelineRuns, execution, unseenPipelineRun, runCache } = aFakeCluster();
    const one = execution(running);
    unseenPipelineRun(one, { metadata: { uid: 'u', labels: { other: 'x' } } });
    const found = await pipelineRuns.find(one, signal);
    expect(found?.metadata.labels).toEqual({ other: 'x', 'kubernaut.ai/workflow-execution': 'we-pod-crash' });
    expect(runCache.get(keyOf(one))).toEqual(found);
  });
});

describe('cancelling a PipelineRun', () => {
  it.each([
    ['to run the finally tasks', 'Graceful', 'CancelledRunFinally'],
    ['to end everything', 'Immediate', 'Cancelled'],
  ] as const)('asks Tekton %s, for the run with this UID', async (_, mode, expected) => {
    const { pipelineRuns, execution, pipelineRun, storedRun, runCache } = aFakeCluster();
    const one = execution();
    await pipelineRuns.cancel(pipelineRun(one), mode, signal);
    expect(storedRun(one)?.spec.status).toBe(expected);
    expect(runCache.get(keyOf(one))).toEqual(storedRun(one));
  });

  it('does not touch another one with its name', async () => {
    const { pipelineRuns, execution, pipelineRun, unseenPipelineRun, storedRun } = aFakeCluster();
    const one = execution();
    const run = pipelineRun(one);
    const another = unseenPipelineRun(one, { metadata: { uid: 'another' } });
    await expect(pipelineRuns.cancel(run, 'Graceful', signal)).rejects.toThrow(InvalidError);
    await expect(pipelineRuns.cancel(another, 'Graceful', aborted)).rejects.toThrow(CancelledError);
    expect(storedRun(one)).toEqual(another);
  });
});

describe('deleting a PipelineRun', () => {
  it('waits for its TaskRuns and their pods, and has the UID as a precondition', async () => {
    const { pipelineRuns, execution, pipelineRun, storedRun, server } = aFakeCluster();
    const one = execution();
    const { metadata } = pipelineRun(one, released);
    await pipelineRuns.delete({ ...pipelineRun(one, released), metadata }, signal);
    expect(server.requests.at(-1)?.body).toEqual({
      preconditions: { uid: metadata.uid },
      propagationPolicy: 'Foreground',
    });
    expect(storedRun(one)).toBeUndefined();
  });

  it('is done when it is gone or another one has its name, and fails with any other error', async () => {
    const { pipelineRuns, execution, pipelineRun, unseenPipelineRun, storedRun, server } = aFakeCluster();
    const one = execution();
    const run = pipelineRun(one, released);
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

it('a PipelineRun that has its label is not patched', async () => {
  const { pipelineRuns, execution, unseenPipelineRun, server } = aFakeCluster();
  const one = execution();
  const run = unseenPipelineRun(one);
  await expect(pipelineRuns.find(one, signal)).resolves.toEqual(run);
  expect(server.verbs).toEqual(['get']);
});
