import { describe, expect, it } from '@jest/globals';
import type { FakeRequest } from '../kubernetes/fake-api-server.builders.ts';
import { recordOf } from '../kubernetes/json.ts';
import type { TargetResolution } from '../targets/targets.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { finalizer, ownAnnotations } from '../workflow-execution/metadata.ts';
import { aPolicy } from '../workflow-execution/policy.builders.ts';
import { workflowExecutionResource } from '../workflow-execution/resource.ts';
import type { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { aFakeCluster, foreignOwned } from './fake-cluster.builders.ts';
import { aReconciler } from './reconciler.builders.ts';

const { signal } = new AbortController();
const other = 'example.org/keep';

interface Given {
  /** The parts of the execution that differ; it has no finalizer by default, as with kubectl. */
  readonly over?: Parameters<typeof aWorkflowExecution>[0];
  readonly policy?: ReturnType<typeof aPolicy>;
  readonly target?: TargetResolution;
  readonly before?: (cluster: ReturnType<typeof aFakeCluster>, one: WorkflowExecution) => void;
  /** Called after each status that was written. */
  readonly afterStatus?: (cluster: ReturnType<typeof aFakeCluster>, path: string) => void;
}

/** A reconcile of one execution while data storage is down. */
async function reconciled({ over, policy = aPolicy(), target, before, afterStatus }: Given) {
  const after = ({ verb, path, body }: FakeRequest) => {
    if (verb === 'patch' && 'status' in recordOf(body)) afterStatus?.(cluster, path);
  };
  const cluster = aFakeCluster({ after });
  const one = cluster.execution(over);
  before?.(cluster, one);
  const config = { ...policy, startDeadlineMs: 600_000, statusDeadlineMs: 600_000, auditDeleteWaitMs: 600_000 };
  const reconciler = aReconciler(cluster, { config, isAuditFinal: false, target });
  await reconciler.reconcile(one.metadata, signal);
  return { stored: cluster.stored(one), verbs: cluster.server.verbs };
}

const ends: readonly (readonly [what: string, phase: string, given: Given])[] = [
  ['is cancelled before its start', 'Failed', { over: { spec: { cancelRequested: true } } }],
  ['has an invalid parameter', 'Failed', { over: { spec: { parameters: { MESSAGE: '$(date)' } } } }],
  ['violates the policy', 'Failed', { policy: aPolicy({ bundles: ['ghcr.io/acme/*'] }) }],
  ['has an invalid target', 'Failed', { target: { kind: 'refused', message: 'node is cluster-scoped' } }],
  [
    'has the UID of the one that was backed up',
    'Skipped',
    { over: { metadata: { annotations: { [ownAnnotations.uid]: 'of-the-original' } } } },
  ],
  [
    'was restored by Velero',
    'Skipped',
    { over: { metadata: { labels: { 'velero.io/restore-name': 'after-the-fire' } } } },
  ],
  [
    'finds the name of its PipelineRun taken',
    'Failed',
    { before: ({ pipelineRun }, one) => void pipelineRun(one, foreignOwned) },
  ],
  ['waits for the end of a pause', 'Pending', { before: ({ pause }) => pause('payment', 'maintenance') }],
];

describe('an execution that was created without the finalizer', () => {
  it.each(ends)('is kept for its audit events if it %s and is deleted at once', async (_, phase, given) => {
    const { stored } = await reconciled({
      ...given,
      afterStatus: ({ server }, path) => server.delete(path),
    });
    expect(stored).toMatchObject({
      metadata: { finalizers: [finalizer], deletionTimestamp: expect.any(String) },
      status: { phase },
    });
  });

  it('gets it in one write before its PipelineRun is created', async () => {
    const { stored, verbs } = await reconciled({});
    expect(stored).toMatchObject({ metadata: { finalizers: [finalizer] }, status: { phase: 'Running' } });
    expect(verbs).toEqual(['patch', 'create', 'patch']);
  });

  it.each([
    ['known', true, []],
    ['found by the write', false, ['patch', 'get']],
  ])('does not get it once it is being deleted, which is %s', async (_, isSeen, verbs) => {
    const metadata = { finalizers: [other] };
    const remove = ({ server, sync }: ReturnType<typeof aFakeCluster>, one: WorkflowExecution) => {
      const deleted = { ...one.metadata, deletionTimestamp: '2026-01-02T03:07:00Z' };
      server.put(workflowExecutionResource, { ...one, metadata: deleted });
      if (isSeen) sync();
    };
    const result = await reconciled({ over: { metadata }, before: remove });
    expect(result.stored).toMatchObject({ metadata });
    expect(result.stored?.status).toBeUndefined();
    expect(result.verbs).toEqual(verbs);
  });
});

it('an execution of the API, which has the finalizer, costs no write for it', async () => {
  const { verbs } = await reconciled({ over: { metadata: { finalizers: [finalizer] } } });
  expect(verbs).toEqual(['create', 'patch']);
});
