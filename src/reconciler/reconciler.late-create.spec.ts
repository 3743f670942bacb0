import { describe, expect, it } from '@jest/globals';
import { ForbiddenError, InvalidError, UnavailableError, type KubernetesError } from '../kubernetes/errors.ts';
import type { FakeApiServer, FakeRequest } from '../kubernetes/fake-api-server.builders.ts';
import { succeeded } from '../tekton/pipeline-run.builders.ts';
import { pipelineRunResource } from '../tekton/pipeline-run.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { finalizer } from '../workflow-execution/metadata.ts';
import { aPolicy } from '../workflow-execution/policy.builders.ts';
import { workflowExecutionResource } from '../workflow-execution/resource.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { aFakeCluster } from './fake-cluster.builders.ts';
import { aReconciler } from './reconciler.builders.ts';
import { lateCreateMs } from './pipelinerun/unconfirmed-creates.ts';

const { signal } = new AbortController();
const startDeadlineMs = 600_000;
const timedOut = new UnavailableError('not answered within 30000 ms');
const denied = new ForbiddenError('admission webhook "a" denied the request: no', { status: 403 });
const overQuota = new ForbiddenError('exceeded quota', { status: 403 });

const settled = (one: WorkflowExecution) => ({ ...one, status: { phase: 'Failed', settled: true } });

/** An execution whose reconciler gets these answers to its creates, one after the other; then they succeed. */
function anExecution(answers: readonly KubernetesError[], over: Parameters<typeof aWorkflowExecution>[0] = {}) {
  const remaining = [...answers];
  const before = ({ verb, path }: FakeRequest) => {
    const isRun = verb === 'create' && path.includes('/pipelineruns/');
    const answer = isRun ? remaining.shift() : undefined;
    if (answer !== undefined) throw answer;
  };
  const lost = { before: 0, after: 0 };
  const lose = ({ verb }: FakeRequest, at: keyof typeof lost) => {
    if (verb === 'patch' && lost[at]-- > 0) throw timedOut;
  };
  const cluster = aFakeCluster({
    before: (request) => (lose(request, 'before'), before(request)),
    after: (request) => lose(request, 'after'),
  });
  const finalizers = [finalizer];
  const one = cluster.execution({ ...over, metadata: { finalizers, ...over?.metadata } });
  const config = { ...aPolicy(), startDeadlineMs, statusDeadlineMs: 600_000, cooldownMs: 0 };
  const reconciler = aReconciler(cluster, { config, isAuditFinal: true });
  const reconcile = () => reconciler.reconcile(one.metadata, signal).catch(() => ({ requeueAfterMs: undefined }));
  return {
    ...cluster,
    one,
    reconcile,
    status: () => cluster.stored(one)?.status,
    /** The create takes effect whose answer was lost. */
    land: () => cluster.pipelineRun(one),
    /** The same, but the watch has not reported it. */
    landUnseen: () => cluster.unseenPipelineRun(one),
    /** Changes the spec as a user does. */
    change: (spec: object) => {
      const { metadata, ...rest } = cluster.stored(one) as WorkflowExecution;
      cluster.server.put(workflowExecutionResource, { ...rest, metadata, spec: { ...rest.spec, ...spec } });
      cluster.sync();
    },
    remove: () => {
      const stored = cluster.stored(one) as WorkflowExecution;
      const metadata = { ...stored.metadata, deletionTimestamp: '2026-01-02T03:07:00Z' };
      cluster.server.put(workflowExecutionResource, { ...stored, metadata });
      cluster.sync();
    },
    /** The next status has no answer, and takes effect or not. */
    loseStatus: (takesEffect: boolean) => void (lost[takesEffect ? 'after' : 'before'] = 1),
  };
}

describe('a create without an answer that takes effect', () => {
  it.each([
    ['an admission webhook', denied],
    ['a validation rule', new InvalidError('bad', { status: 422 })],
    ['a quota', overQuota],
  ])('is adopted although %s refuses the next one', async (_, refusal) => {
    const { reconcile, land, status } = anExecution([timedOut, refusal, refusal]);
    await reconcile();
    land();
    await reconcile();
    expect(status()).toMatchObject({ phase: 'Running' });
  });

  it('is adopted although the watch has not reported it when the next one is refused', async () => {
    const { reconcile, landUnseen, status } = anExecution([timedOut, denied]);
    await reconcile();
    landUnseen();
    await reconcile();
    expect(status()).toMatchObject({ phase: 'Running' });
  });

  it('is adopted after the start deadline although a quota refuses every other one', async () => {
    const { reconcile, land, status, clock } = anExecution([timedOut, ...Array<KubernetesError>(9).fill(overQuota)]);
    await reconcile();
    land();
    await clock.advance(startDeadlineMs);
    await reconcile();
    expect(status()).toMatchObject({ phase: 'Running' });
  });
});

describe('while a create without an answer may take effect', () => {
  it('an execution whose next create is refused stays Pending, then fails', async () => {
    const { reconcile, status, clock } = anExecution([timedOut, denied, denied, denied]);
    await reconcile();
    await reconcile();
    expect(status()).toMatchObject({ phase: 'Pending' });
    await expect(reconcile()).resolves.toEqual({ requeueAfterMs: lateCreateMs });
    await clock.advance(lateCreateMs);
    await reconcile();
    expect(status()).toMatchObject({ phase: 'Failed', failure: { reason: 'ConfigurationError' } });
  });

  it('an execution that is cancelled stays Pending, and says why', async () => {
    const { reconcile, change, status, clock } = anExecution([timedOut]);
    await reconcile();
    change({ cancelRequested: true });
    await reconcile();
    expect(status()).toMatchObject({
      phase: 'Pending',
      message: expect.stringContaining('may still take effect'),
      conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', reason: 'StartUnconfirmed' })]),
    });
    await clock.advance(lateCreateMs);
    await reconcile();
    expect(status()).toMatchObject({ phase: 'Failed', failure: { reason: 'Cancelled' } });
  });

  it('an execution that is cancelled follows the PipelineRun once it exists', async () => {
    const { reconcile, change, land, status, storedRun, one } = anExecution([timedOut]);
    await reconcile();
    change({ cancelRequested: true });
    await reconcile();
    land();
    await reconcile();
    await reconcile();
    expect(status()).toMatchObject({ phase: 'Running' });
    expect(storedRun(one)?.spec.status).toBe('CancelledRunFinally');
  });

  it('an execution does not fail at its start deadline, then with the refusal', async () => {
    const { reconcile, status, clock } = anExecution([overQuota, timedOut]);
    await reconcile();
    await clock.advance(startDeadlineMs - 1);
    await reconcile();
    await clock.advance(1);
    await reconcile();
    expect(status()).toMatchObject({ phase: 'Pending' });
    await clock.advance(lateCreateMs);
    await reconcile();
    expect(status()).toMatchObject({ phase: 'Failed', failure: { message: expect.stringContaining('Not started') } });
  });

  it('an execution that is deleted is kept, and its PipelineRun is deleted once it exists', async () => {
    const { reconcile, remove, land, stored, storedRun, sync, one, clock } = anExecution([timedOut]);
    await reconcile();
    remove();
    await expect(reconcile()).resolves.toEqual({ requeueAfterMs: lateCreateMs });
    expect(stored(one)?.metadata.finalizers).toEqual([finalizer]);
    land();
    await reconcile();
    expect(storedRun(one)).toBeUndefined();
    sync();
    await clock.advance(lateCreateMs);
    await reconcile();
    expect(stored(one)).toBeUndefined();
  });

  it('another execution cannot start on the target', async () => {
    const { reconcile, occupancy, execution, sync } = anExecution([timedOut, overQuota]);
    await reconcile();
    await reconcile();
    sync();
    expect(occupancy.reserve(execution({ metadata: { name: 'b', uid: 'uid-b' } }))).toBe(false);
  });
});

describe('an execution whose target was locked when this leader began', () => {
  it('may have been started by the previous one', async () => {
    const { reconcile, creates, one, status, clock } = anExecution([], { spec: { cancelRequested: true } });
    creates.add(one.metadata);
    await reconcile();
    expect(status()).toMatchObject({ phase: 'Pending' });
    await clock.advance(lateCreateMs);
    await reconcile();
    expect(status()).toMatchObject({ phase: 'Failed', failure: { reason: 'Cancelled' } });
  });
});

describe('a final status without an answer', () => {
  it.each([
    ['has not taken effect', false],
    ['has taken effect', true],
  ])('that %s is written again before anything else is done', async (_, takesEffect) => {
    const { reconcile, loseStatus, status, storedRun, one, server } = anExecution([denied]);
    loseStatus(takesEffect);
    await reconcile();
    await reconcile();
    expect(status()).toMatchObject({ phase: 'Failed', failure: { reason: 'ConfigurationError' } });
    expect([storedRun(one), server.verbs.filter((verb) => verb === 'create')]).toEqual([undefined, []]);
  });
});

describe('a PipelineRun that is created after the end of its execution', () => {
  it('is cancelled', async () => {
    const { reconcile, land, storedRun, one } = anExecution([denied]);
    await reconcile();
    land();
    await reconcile();
    expect(storedRun(one)?.spec.status).toBe('Cancelled');
  });

  it.each([
    [
      'was settled',
      (server: FakeApiServer, one: WorkflowExecution) => void server.put(workflowExecutionResource, settled(one)),
    ],
    [
      'is gone',
      (server: FakeApiServer, one: WorkflowExecution) => server.remove(workflowExecutionResource, one.metadata),
    ],
  ])('is cancelled if the execution %s', async (_, change) => {
    const { one, server, land, storedRun, retention } = anExecution([]);
    change(server, one);
    const run = land();
    await retention.releaseOrphan({ namespace: 'payment', name: run.metadata.name }, signal);
    expect(storedRun(one)?.spec.status).toBe('Cancelled');
  });

  it('is left when it has ended', async () => {
    const { reconcile, one, pipelineRun, server } = anExecution([denied]);
    await reconcile();
    const run = pipelineRun(one, { status: succeeded('True', 'Succeeded') });
    await reconcile();
    expect(server.list(pipelineRunResource)).toEqual([run]);
  });
});
