import { describe, expect, it } from '@jest/globals';
import { finalizer } from '../../workflow-execution/metadata.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import { addFinalizer } from './pending.steps.ts';

const { signal } = new AbortController();

function aCluster() {
  const cluster = aFakeCluster();
  return { ...cluster, add: (execution: WorkflowExecution) => addFinalizer(execution, cluster, signal) };
}

describe('adding the finalizer', () => {
  it('continues with the execution that has it', async () => {
    const { add, execution, stored } = aCluster();
    const one = execution();
    const outcome = await add(one);
    expect(outcome).toEqual({ kind: 'next', execution: stored(one) });
    expect(stored(one)?.metadata.finalizers).toEqual([finalizer]);
  });

  it('is done once', async () => {
    const { add, execution, server } = aCluster();
    const one = execution({ metadata: { finalizers: [finalizer] } });
    await expect(add(one)).resolves.toEqual({ kind: 'next', execution: one });
    expect(server.verbs).toEqual([]);
  });

  it('is outdated when the execution has changed', async () => {
    const { add, execution } = aCluster();
    const { metadata, ...rest } = execution();
    const stale = { ...rest, metadata: { ...metadata, resourceVersion: '1' } };
    await expect(add(stale)).resolves.toEqual({ kind: 'outdated' });
  });
});
