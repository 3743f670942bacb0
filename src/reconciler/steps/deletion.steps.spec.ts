import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { finalizer } from '../../workflow-execution/metadata.ts';
import type { StatusWriter } from '../reporting/status-writer.ts';
import { aFakeCluster, foreignOwned } from '../fake-cluster.builders.ts';
import { deletePipelineRun, removeFinalizer } from './deletion.steps.ts';

const { signal } = new AbortController();
const deletionTimestamp = '2026-01-02T03:07:00Z';
const clock = new FakeClock(new Date('2026-01-02T03:04:09Z'));
const deleted = { metadata: { finalizers: [finalizer], deletionTimestamp } };

function aCluster() {
  const cluster = aFakeCluster();
  const deletions: WorkflowExecution[] = [];
  const reportDeleted = (execution: WorkflowExecution) => void deletions.push(execution);
  const context = { ...cluster, clock, statuses: { reportDeleted } as StatusWriter };
  return {
    ...cluster,
    deletions,
    remove: (execution: WorkflowExecution) => removeFinalizer(execution, context, signal),
    deleteRun: (execution: WorkflowExecution) => deletePipelineRun(execution, context, signal),
    /** The same execution after a change. */
    stale: (execution: WorkflowExecution) => ({
      ...execution,
      metadata: { ...execution.metadata, resourceVersion: '1' },
    }),
  };
}

describe('deleting the PipelineRun of an execution that is being deleted', () => {
  it('deletes it once and waits until it is gone', async () => {
    const { deleteRun, execution, pipelineRun, server, sync } = aCluster();
    const one = execution(deleted);
    pipelineRun(one, { metadata: { finalizers: ['foregroundDeletion'] } });
    const waiting = { kind: 'settled', reason: 'PipelineRunIsBeingDeleted', requeueAfterMs: 5_000 };
    await expect(deleteRun(one)).resolves.toEqual(waiting);
    expect(server.verbs).toEqual(['delete']);
    sync();
    await expect(deleteRun(one)).resolves.toEqual(waiting);
    expect(server.verbs).toEqual(['delete']);
  });

  it.each([
    ['waits while Tekton may not have observed the deletion', '2026-01-02T03:04:05Z', 'settled'],
    ['continues after that, even if a finalizer keeps it', '2026-01-02T03:04:04Z', 'next'],
  ])('%s', async (_, deletedAt, kind) => {
    const { deleteRun, execution, pipelineRun } = aCluster();
    const one = execution(deleted);
    pipelineRun(one, { metadata: { finalizers: ['example.org/other'], deletionTimestamp: deletedAt } });
    await expect(deleteRun(one)).resolves.toMatchObject({ kind });
  });

  it('releases it, because its outcome is no longer needed', async () => {
    const { deleteRun, execution, pipelineRun, server, storedRun } = aCluster();
    const one = execution(deleted);
    pipelineRun(one);
    await deleteRun(one);
    expect([server.verbs, storedRun(one)]).toEqual([['delete', 'patch'], undefined]);
  });

  it('continues without a PipelineRun, and keeps a foreign one', async () => {
    const { deleteRun, execution, pipelineRun, storedRun } = aCluster();
    const one = execution(deleted);
    await expect(deleteRun(one)).resolves.toEqual({ kind: 'next', execution: one });
    const theirs = pipelineRun(one, foreignOwned);
    await expect(deleteRun(one)).resolves.toEqual({ kind: 'next', execution: one });
    expect(storedRun(one)).toEqual(theirs);
  });

  it('is left to other controllers when the finalizer is not ours', async () => {
    const { deleteRun, execution, pipelineRun, server } = aCluster();
    const one = execution({ metadata: { finalizers: ['example.org/other'], deletionTimestamp } });
    pipelineRun(one);
    await expect(deleteRun(one)).resolves.toEqual({ kind: 'settled', reason: 'LeftToOthers' });
    expect(server.verbs).toEqual([]);
  });
});

describe('removing the finalizer', () => {
  it('removes the execution and reports it', async () => {
    const { remove, execution, stored, deletions } = aCluster();
    const one = execution(deleted);
    await expect(remove(one)).resolves.toEqual({ kind: 'settled', reason: 'Deleted' });
    expect([stored(one), deletions]).toEqual([undefined, [one]]);
  });

  it('is outdated when the execution has changed', async () => {
    const { remove, execution, stale, stored, deletions } = aCluster();
    const one = execution(deleted);
    await expect(remove(stale(one))).resolves.toEqual({ kind: 'outdated' });
    expect([stored(one), deletions]).toEqual([one, []]);
  });
});
