import { describe, expect, it } from '@jest/globals';
import { CancelledError, ForbiddenError, UnavailableError } from '../../kubernetes/errors.ts';
import { tracedReconcile } from '../../tracing/reconcile-span.ts';
import { endTraces, keepTraces } from '../../tracing/spans.builders.ts';
import { activeTraceparent } from '../../tracing/tracer.ts';
import { ownAnnotations, finalizer } from '../../workflow-execution/metadata.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';

const { signal } = new AbortController();
const aborted = AbortSignal.abort();
const other = 'example.org/other';

/** A cluster with one execution that has changed since it was read. */
function withChange() {
  const cluster = aFakeCluster();
  const read = cluster.execution();
  const metadata = { ...read.metadata, annotations: { 'example.org/note': 'changed' } };
  const now = cluster.execution({ metadata });
  return { ...cluster, read, now };
}

describe('reading an execution', () => {
  it('returns the cached execution, or the live one', async () => {
    const { executions, execution, server, client } = aFakeCluster();
    const first = execution();
    const { namespace, name } = first.metadata;
    await client.patch(workflowExecutionResource, first.metadata, { metadata: { labels: { a: 'b' } } });
    expect(executions.cached({ namespace, name })).toEqual(first);
    const live = await executions.read({ namespace, name }, signal);
    expect(live?.metadata.labels).toEqual({ a: 'b' });
    expect(executions.cached({ namespace, name })).toEqual(live);
    expect(server.verbs).toEqual(['patch', 'get']);
  });

  it('returns undefined if it does not exist', async () => {
    const { executions } = aFakeCluster();
    expect(executions.cached({ namespace: 'payment', name: 'a' })).toBeUndefined();
    await expect(executions.read({ namespace: 'payment', name: 'a' }, signal)).resolves.toBeUndefined();
    await expect(executions.read({ namespace: 'payment', name: 'a' }, aborted)).rejects.toThrow(CancelledError);
  });
});

describe('writing the status of an execution', () => {
  it('sends what differs in one patch, on the version and the UID that were read', async () => {
    const { executions, execution, server, stored } = aFakeCluster();
    const before = execution({ status: { phase: 'Pending', message: 'waits' } });
    const written = await executions.writeStatus(before, { phase: 'Running', message: 'waits' }, signal);
    const { uid, resourceVersion } = before.metadata;
    expect(server.requests.map(({ body }) => body)).toEqual([
      { metadata: { uid, resourceVersion }, status: { phase: 'Running' } },
    ]);
    expect(written).toEqual(stored(before));
    expect(stored(before)?.status).toEqual({ phase: 'Running', message: 'waits' });
    expect(executions.cached(before.metadata)).toEqual(written);
  });

  it('sends the target along with every change', async () => {
    const { executions, execution, server } = aFakeCluster();
    const target = 'payment/deployment/api';
    const before = execution({ status: { phase: 'Pending', target } });
    await executions.writeStatus(before, { phase: 'Running', target }, signal);
    expect(server.requests.map(({ body }) => body)).toMatchObject([{ status: { phase: 'Running', target } }]);
  });

  it('creates a status if there was none', async () => {
    const { executions, execution, stored } = aFakeCluster();
    const before = execution();
    await executions.writeStatus(before, { phase: 'Pending' }, signal);
    expect(stored(before)?.status).toEqual({ phase: 'Pending' });
  });

  it('sends nothing when nothing differs', async () => {
    const { executions, execution, server } = aFakeCluster();
    const before = execution({ status: { phase: 'Pending' } });
    await expect(executions.writeStatus(before, { phase: 'Pending' }, signal)).resolves.toBe(before);
    expect(server.verbs).toEqual([]);
  });

  it('changes nothing when the execution has changed since it was read', async () => {
    const { executions, read, now, stored } = withChange();
    await expect(executions.writeStatus(read, { phase: 'Running' }, signal)).resolves.toBe('outdated');
    expect(stored(read)).toEqual(now);
  });

  it('changes nothing when the execution was deleted or recreated', async () => {
    const { executions, execution, server, read, stored } = withChange();
    const another = execution({ metadata: { uid: 'another' } });
    await expect(executions.writeStatus(read, { phase: 'Running' }, signal)).resolves.toBe('outdated');
    expect(stored(another)).toEqual(another);
    server.remove(workflowExecutionResource, read.metadata);
    await expect(executions.writeStatus(read, { phase: 'Running' }, signal)).resolves.toBe('outdated');
  });

  it('fails with any other error, with secret parameters redacted', async () => {
    const refusal = new ForbiddenError('hunter2 is forbidden', { status: 403 });
    const { executions, execution } = aFakeCluster({
      before: () => {
        throw refusal;
      },
    });
    const before = execution({ spec: { parameters: { PASSWORD: 'hunter2' } } });
    const writing = executions.writeStatus(before, { phase: 'Running' }, signal);
    await expect(writing).rejects.toThrow(ForbiddenError);
    await expect(writing).rejects.toThrow('withheld');
  });

  it('ends with its caller', async () => {
    const { executions, execution } = aFakeCluster();
    await expect(executions.writeStatus(execution(), { phase: 'Running' }, aborted)).rejects.toThrow(CancelledError);
  });
});

describe('the cache of executions', () => {
  const settled = { phase: 'Completed', settled: true } as const;

  it('has an execution that was just settled until the watch reports that it left', async () => {
    const { executions, execution } = aFakeCluster();
    const before = execution({ status: { phase: 'Completed' } });
    const after = await executions.writeStatus(before, settled, signal);
    expect(executions.cached(before.metadata)).toEqual(after);
  });

  it('has no execution that was settled before, however it is read or written', async () => {
    const { executions, server } = aFakeCluster();
    const before = server.put<WorkflowExecution>(workflowExecutionResource, aWorkflowExecution({ status: settled }));
    await executions.read(before.metadata, signal);
    await executions.writeStatus(before, { ...settled, observedGeneration: 2 }, signal);
    expect(executions.cached(before.metadata)).toBeUndefined();
  });
});

describe('the finalizer of an execution', () => {
  it.each([
    ['none', undefined, [finalizer]],
    ['another', [other], [other, finalizer]],
  ])('is added to %s', async (_, finalizers, expected) => {
    const { executions, execution, stored } = aFakeCluster();
    const before = execution({ metadata: { finalizers } });
    const guarded = await executions.addFinalizer(before, signal);
    expect(stored(before)?.metadata.finalizers).toEqual(expected);
    expect(guarded).toEqual(stored(before));
    expect(guarded).toHaveProperty('metadata.annotations', { [ownAnnotations.uid]: before.metadata.uid });
  });

  it('is added to a copy from a backup without hiding that it is one', async () => {
    const { executions, execution } = aFakeCluster();
    const annotations = { [ownAnnotations.uid]: 'of-the-original' };
    const guarded = await executions.addFinalizer(execution({ metadata: { annotations } }), signal);
    expect(guarded).toMatchObject({ metadata: { annotations, finalizers: [finalizer] } });
  });

  it.each([
    ['the trace of the reconciliation', {}],
    [
      'its own trace, if it has one',
      { [ownAnnotations.traceparent]: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
    ],
  ])('is added with %s', async (_, annotations: Record<string, string>) => {
    keepTraces();
    const { executions, execution, stored } = aFakeCluster();
    const before = execution({ metadata: { annotations } });
    const active = await tracedReconcile(before, async () => {
      await executions.addFinalizer(before, signal);
      return activeTraceparent();
    });
    endTraces();
    expect(stored(before)?.metadata.annotations?.[ownAnnotations.traceparent]).toBe(
      annotations[ownAnnotations.traceparent] ?? active,
    );
    expect(active).toBeDefined();
  });

  it.each([
    ['it alone', [finalizer], []],
    ['others', [other, finalizer], [other]],
    ['none', undefined, []],
  ])('is removed from %s', async (_, finalizers, expected) => {
    const { executions, execution, stored } = aFakeCluster();
    const before = execution({ metadata: { finalizers } });
    await executions.removeFinalizer(before, signal);
    expect(stored(before)?.metadata.finalizers).toEqual(expected);
  });

  it('is neither added nor removed when the execution has changed since it was read', async () => {
    const { executions, read, now, stored } = withChange();
    await expect(executions.addFinalizer(read, signal)).resolves.toBe('outdated');
    await expect(executions.removeFinalizer(read, signal)).resolves.toBe('outdated');
    expect(stored(read)).toEqual(now);
  });

  it('completes the deletion of the execution', async () => {
    const { executions, execution, stored } = aFakeCluster();
    const ending = execution({ metadata: { finalizers: [finalizer], deletionTimestamp: '2026-01-02T03:04:05Z' } });
    await executions.removeFinalizer(ending, signal);
    expect(stored(ending)).toBeUndefined();
  });
});

describe('deleting an execution', () => {
  it('deletes the execution with this UID even if it has changed', async () => {
    const { executions, read, stored, server } = withChange();
    await executions.delete(read, signal);
    expect(stored(read)).toBeUndefined();
    expect(server.requests.at(-1)?.body).toEqual({ preconditions: { uid: read.metadata.uid } });
  });

  it('keeps a new execution of the same name', async () => {
    const { executions, execution, stored, read } = withChange();
    const another = execution({ metadata: { uid: 'another' } });
    await executions.delete(read, signal);
    expect(stored(another)).toEqual(another);
  });

  it('is done when it is gone, and fails with any other error', async () => {
    const { executions, execution } = aFakeCluster();
    const one = execution();
    await executions.delete(one, signal);
    await executions.delete(one, signal);
    const cut = aFakeCluster({
      before: () => {
        throw new UnavailableError('reset');
      },
    });
    await expect(cut.executions.delete(cut.execution(), signal)).rejects.toThrow('reset');
    await expect(executions.delete(one, aborted)).rejects.toThrow(CancelledError);
  });
});
