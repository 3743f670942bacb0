import { describe, expect, it } from '@jest/globals';
import { applyList } from '../../kubernetes/store.builders.ts';
import { pipelineRunFinalizer } from '../../tekton/build-pipeline-run.ts';
import { succeeded } from '../../tekton/pipeline-run.builders.ts';
import { pipelineRunName } from '../../tekton/names.ts';
import type { Phase } from '../../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';

const { signal } = new AbortController();
const ended = succeeded('True', 'Succeeded');
const deletionTimestamp = '2026-01-02T03:04:05Z';
const keyOf = (name: string) => ({ namespace: 'payment', name });

/** An execution in a phase, and its PipelineRun. */
function aRun(phase: Phase, metadata: object = {}) {
  const cluster = aFakeCluster();
  const own = cluster.execution({ status: { phase } });
  const run = cluster.pipelineRun(own, { metadata, status: ended });
  return { ...cluster, own, run };
}

describe('a PipelineRun that is being deleted', () => {
  it('is released once its outcome is recorded', async () => {
    const { retention, own, storedRun } = aRun('Completed', { deletionTimestamp });
    expect(retention.isWaiting(own)).toBe(true);
    await retention.releaseRunOf(own, signal);
    expect(storedRun(own)).toBeUndefined();
  });

  it('is kept until then', async () => {
    const { retention, own, server } = aRun('Running', { deletionTimestamp });
    expect(retention.isWaiting(own)).toBe(false);
    await retention.releaseRunOf(own, signal);
    expect(server.verbs).toEqual([]);
  });

  it('is not changed when it has only other finalizers', async () => {
    const { retention, own, server, run } = aRun('Completed', { deletionTimestamp, finalizers: ['example.org/a'] });
    expect(retention.isWaiting(own)).toBe(false);
    await retention.releaseRunOf(own, signal);
    await retention.release(run, signal);
    expect(server.verbs).toEqual([]);
  });
});

describe('removing the finalizer', () => {
  it('does nothing for a PipelineRun without finalizers', async () => {
    const { retention, run, server } = aRun('Completed', { finalizers: [] });
    await retention.release(run, signal);
    expect(server.verbs).toEqual([]);
  });

  it.each([
    ['another PipelineRun has its name', { metadata: { uid: 'another' } }, 'uid'],
    ['the finalizer is at another place', { metadata: { finalizers: ['a/b', pipelineRunFinalizer] } }, '0'],
  ])('is refused when %s', async (_, over, path) => {
    const { retention, own, run, unseenPipelineRun, storedRun } = aRun('Completed');
    const changed = unseenPipelineRun(own, over);
    await expect(retention.release(run, signal)).rejects.toThrow(`testing path ${path}: test failed`);
    expect(storedRun(own)).toEqual(changed);
  });
});

describe('a PipelineRun that left the watch', () => {
  it('is not tracked without our finalizer', () => {
    const { retention, own, run, runCache } = aRun('Running', { finalizers: [] });
    runCache.remove(undefined, `payment/${run.metadata.name}`, '99', run);
    expect(retention.isWaiting(own)).toBe(false);
  });

  it('is not tracked if only a list does not have it', () => {
    const { retention, own, runCache } = aRun('Completed');
    applyList(runCache, [], '99');
    expect(retention.isWaiting(own)).toBe(false);
  });

  it('is no longer tracked when the watch shows it again', async () => {
    const { retention, own, run, runCache, sync, server } = aRun('Running');
    runCache.remove(undefined, `payment/${run.metadata.name}`, '99', run);
    expect(retention.isWaiting(own)).toBe(true);
    sync();
    expect(retention.isWaiting(own)).toBe(false);
    await retention.releaseRunOf(own, signal);
    expect(server.verbs).toEqual([]);
  });
});

it('a PipelineRun that is watched again is no longer tracked', () => {
  const { retention, own, pipelineRun } = aRun('Running');
  pipelineRun(own, { status: ended, metadata: { annotations: { a: 'b' } } });
  expect(retention.isWaiting(own)).toBe(false);
});

describe('a PipelineRun without an execution', () => {
  it('is released even if it has lost its owner', async () => {
    const { retention, pipelineRun, storedRun, server } = aFakeCluster();
    const gone = aWorkflowExecution();
    pipelineRun(gone, { status: ended, metadata: { ownerReferences: [] } });
    await retention.releaseOrphan(keyOf(pipelineRunName(gone)), signal);
    expect(storedRun(gone)?.metadata.finalizers).toBeUndefined();
    expect(server.verbs).toEqual(['patch']);
  });

  it('is not found if it was never watched', async () => {
    const { retention, server } = aFakeCluster();
    await expect(retention.releaseOrphan(keyOf('unknown'), signal)).resolves.toBeUndefined();
    expect(server.verbs).toEqual([]);
  });
});

/** A settled execution, and its PipelineRun, which is cached only if `isCached`. */
function aSettledRun(metadata: object = {}, isCached = true) {
  const cluster = aFakeCluster();
  const own = cluster.execution({ status: { phase: 'Completed', settled: true } });
  const add = isCached ? cluster.pipelineRun : cluster.unseenPipelineRun;
  const run = add(own, { metadata, status: ended });
  return { ...cluster, own, run };
}

describe('a PipelineRun of a settled execution', () => {
  it('is released when it is being deleted, without a read', async () => {
    const { retention, run, storedRun, own, server } = aSettledRun({ deletionTimestamp });
    await retention.releaseOrphan(run.metadata, signal);
    expect([storedRun(own), server.verbs]).toEqual([undefined, ['patch']]);
  });

  it('is released when the history has not been read yet', async () => {
    const { retention, run, storedRun, own, historyStore, server } = aSettledRun({ deletionTimestamp });
    applyList(historyStore, [], server.revision);
    await retention.releaseOrphan(run.metadata, signal);
    expect([storedRun(own), server.verbs]).toEqual([undefined, ['get', 'patch']]);
  });

  it('is kept while it is not deleted, without a read', async () => {
    const { retention, run, server } = aSettledRun();
    await retention.releaseOrphan(run.metadata, signal);
    expect(server.verbs).toEqual([]);
  });

  it('is kept for another execution of its name', async () => {
    const { retention, run, storedRun, own, execution } = aSettledRun({ deletionTimestamp });
    execution({ metadata: { uid: 'another' } });
    await retention.releaseOrphan(run.metadata, signal);
    expect(storedRun(own)).toBeUndefined();
  });

  it('gets its label back when it has lost it', async () => {
    const { retention, own, run, runCache, unseenPipelineRun, storedRun } = aSettledRun();
    unseenPipelineRun(own, { metadata: { labels: {} }, status: ended });
    runCache.remove(undefined, `payment/${run.metadata.name}`, '99', run);
    await retention.releaseOrphan(run.metadata, signal);
    expect(storedRun(own)?.metadata.labels).toEqual({ 'kubernaut.ai/workflow-execution': 'we-pod-crash' });
  });

  it('is read live if the cache does not have it, once', async () => {
    const { retention, run, storedRun, own, server } = aSettledRun({ deletionTimestamp }, false);
    expect(retention.examine(run)).toEqual([`payment/${run.metadata.name}`]);
    await retention.releaseOrphan(run.metadata, signal);
    await retention.releaseOrphan(run.metadata, signal);
    expect([storedRun(own), server.verbs]).toEqual([undefined, ['get', 'patch']]);
  });
});

describe('examining a PipelineRun that the cache does not have', () => {
  it('releases that of a finished execution in its reconcile', async () => {
    const { retention, execution, unseenPipelineRun, storedRun } = aFakeCluster();
    const own = execution({ status: { phase: 'Completed' } });
    const run = unseenPipelineRun(own, { metadata: { deletionTimestamp }, status: ended });
    expect(retention.examine(run)).toEqual(['payment/we-pod-crash']);
    expect(retention.isWaiting(own)).toBe(true);
    await retention.releaseRunOf(own, signal);
    expect([storedRun(own), retention.isWaiting(own)]).toEqual([undefined, false]);
  });

  it('is needless without our finalizer', () => {
    const { retention, execution, unseenPipelineRun } = aFakeCluster();
    const own = execution({ status: { phase: 'Completed' } });
    const run = unseenPipelineRun(own, { metadata: { deletionTimestamp, finalizers: ['example.org/a'] } });
    expect([retention.examine(run), retention.isWaiting(own)]).toEqual([[], false]);
  });
});
