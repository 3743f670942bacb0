import { describe, expect, it } from '@jest/globals';
import { pipelineRunFinalizer } from '../../tekton/build-pipeline-run.ts';
import { aPipelineRun, succeeded } from '../../tekton/pipeline-run.builders.ts';
import type { Phase, WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { pipelineRunName } from '../../tekton/names.ts';
import { pipelineRunResource } from '../../tekton/pipeline-run.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import { mayRelease } from './pipeline-run-retention.ts';

const running = succeeded('Unknown', 'Running');
const ended = succeeded('True', 'Succeeded');

function aRun({ deleted, status, uid = 'uid-run' }: { deleted: boolean; status: object; uid?: string }) {
  const deletion = deleted ? { deletionTimestamp: '2026-01-02T03:04:05Z' } : {};
  return aPipelineRun({ metadata: { uid, finalizers: [pipelineRunFinalizer], ...deletion }, status });
}

function anExecution(phase: Phase): WorkflowExecution {
  const pipelineRunRef = {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    name: 'run-1',
    namespace: 'payment',
    uid: 'uid-run',
  };
  return aWorkflowExecution({ status: { phase, pipelineRunRef } });
}

describe('a PipelineRun of ours', () => {
  it.each<[string, Phase, object, boolean]>([
    ['is kept until its outcome is recorded', 'Running', ended, false],
    ['is released when its outcome is recorded', 'Completed', ended, true],
    ['is released when its outcome is recorded as a failure', 'Failed', ended, true],
    ['is kept until it is recorded that it did not end', 'Running', running, false],
  ])('that is being deleted %s', (_, phase, status, expected) => {
    expect(mayRelease(aRun({ deleted: true, status }), anExecution(phase))).toBe(expected);
  });

  it('that is deleted before it is recorded is kept, so that it is adopted and not recreated', () => {
    const execution = aWorkflowExecution();
    const { uid, name } = execution.metadata;
    const owner = { apiVersion: execution.apiVersion, kind: 'WorkflowExecution', name, uid, controller: true };
    const deletionTimestamp = '2026-01-02T03:04:05Z';
    const run = aPipelineRun({ metadata: { deletionTimestamp, ownerReferences: [owner] }, status: running });
    expect(mayRelease(run, execution)).toBe(false);
  });

  it.each<Phase>(['Running', 'Completed', 'Failed'])(
    'that is not being deleted costs no write when it is %s',
    (phase) => {
      expect(mayRelease(aRun({ deleted: false, status: ended }), anExecution(phase))).toBe(false);
    },
  );
});

describe('another PipelineRun with the name of ours', () => {
  it('is not kept from being deleted', () => {
    const other = aRun({ deleted: true, status: ended, uid: 'uid-forged' });
    expect(mayRelease(other, anExecution('Running'))).toBe(true);
  });
});

describe('a PipelineRun whose execution is gone', () => {
  it.each([
    ['stays while it runs', false, running, false],
    ['is released when it has ended', false, ended, true],
    ['is released when it is deleted while it runs', true, running, true],
    ['is released when it is deleted', true, ended, true],
  ])('%s', (_, deleted, status, expected) => {
    expect(mayRelease(aRun({ deleted, status }), undefined)).toBe(expected);
  });
});

describe('releasing a PipelineRun', () => {
  const { signal } = new AbortController();
  const others = { metadata: { finalizers: ['example.org/a', pipelineRunFinalizer, 'example.org/b'] } };

  it('removes only our finalizer, once', async () => {
    const { retention, execution, pipelineRun, storedRun, runCache, server } = aFakeCluster();
    const one = execution();
    const run = pipelineRun(one, others);
    await retention.release(run, signal);
    expect(storedRun(one)?.metadata.finalizers).toEqual(['example.org/a', 'example.org/b']);
    await retention.release(runCache.get(run.metadata) ?? run, signal);
    expect(server.verbs).toEqual(['patch']);
  });

  it('fails when its finalizers have changed, and is retried', async () => {
    const { retention, execution, pipelineRun, unseenPipelineRun } = aFakeCluster();
    const one = execution();
    const run = pipelineRun(one);
    unseenPipelineRun(one, others);
    await expect(retention.release(run, signal)).rejects.toThrow('test failed');
  });

  it('is done when it is gone', async () => {
    const { retention, execution, pipelineRun, server } = aFakeCluster();
    const run = pipelineRun(execution());
    server.remove(pipelineRunResource, run.metadata);
    await expect(retention.release(run, signal)).resolves.toBeUndefined();
  });
});

describe('a PipelineRun without an execution', () => {
  const { signal } = new AbortController();
  const status = succeeded('True', 'Succeeded');
  const keyOf = (execution: WorkflowExecution) => ({ namespace: 'payment', name: pipelineRunName(execution) });

  it('is released when it has ended', async () => {
    const { retention, pipelineRun, storedRun } = aFakeCluster();
    const gone = aWorkflowExecution();
    pipelineRun(gone, { status });
    await retention.releaseOrphan(keyOf(gone), signal);
    expect(storedRun(gone)?.metadata.finalizers).toBeUndefined();
  });

  it('is kept while its execution exists and is not in the cache', async () => {
    const { retention, execution, executionCache, pipelineRun, storedRun } = aFakeCluster();
    const one = execution();
    pipelineRun(one, { status });
    executionCache.remove(undefined, 'payment/we-pod-crash', '99');
    await retention.releaseOrphan(keyOf(one), signal);
    expect(storedRun(one)?.metadata.finalizers).toEqual([pipelineRunFinalizer]);
  });

  it('is not an orphan if it has an execution', async () => {
    const { retention, execution, pipelineRun, server } = aFakeCluster();
    const one = execution();
    pipelineRun(one, { status });
    await retention.releaseOrphan(keyOf(one), signal);
    expect(server.verbs).toEqual([]);
  });
});

describe('a PipelineRun that the watch has lost', () => {
  const { signal } = new AbortController();

  it('with our finalizer gets its label back', async () => {
    const { retention, execution, pipelineRun, unseenPipelineRun, runCache, storedRun } = aFakeCluster();
    const one = execution();
    const run = pipelineRun(one);
    unseenPipelineRun(one, { metadata: { labels: {} } });
    runCache.remove(undefined, `payment/${run.metadata.name}`, '99', run);
    expect(retention.isWaiting(one)).toBe(true);
    await retention.releaseRunOf(one, signal);
    expect(storedRun(one)?.metadata.labels).toEqual({ 'kubernaut.ai/workflow-execution': 'we-pod-crash' });
    expect(retention.isWaiting(one)).toBe(false);
  });

  it('and that is gone is not changed', async () => {
    const { retention, execution, pipelineRun, server, runCache } = aFakeCluster();
    const one = execution();
    const run = pipelineRun(one);
    server.remove(pipelineRunResource, run.metadata);
    runCache.remove(undefined, `payment/${run.metadata.name}`, '99', run);
    await retention.releaseRunOf(one, signal);
    expect([server.verbs, retention.isWaiting(one)]).toEqual([['get'], false]);
  });
});
