import { describe, expect, it } from '@jest/globals';
import { ConflictError, UnavailableError } from '../kubernetes/errors.ts';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import type { WorkflowExecution, WorkflowExecutionStatus } from '../workflow-execution/generated/workflow-execution.ts';
import type { Observation } from '../workflow-execution/observation.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { aDoneExecution } from './cleanup/settlement.builders.ts';
import { aFakeCluster } from './fake-cluster.builders.ts';
import type { PhaseSteps } from './phase-steps.ts';
import { Reconciler } from './reconciler.ts';
import type { Step, StepOutcome } from './steps/step.ts';
import type { StepContext } from './steps/step-context.ts';

const { signal } = new AbortController();
const key = { namespace: 'payment', name: 'we-pod-crash' };
const cached = aWorkflowExecution();
const live = aWorkflowExecution({ metadata: { resourceVersion: '1002' } });
const observation: Observation = { phase: 'Pending', reason: 'Forbidden', message: 'not yet' };
const pending: StepOutcome = { kind: 'observed', observation };

interface Given {
  /** The execution in the cache. */
  readonly seen?: WorkflowExecution;
  /** The execution on the API server. */
  readonly now?: WorkflowExecution;
  /** How many writes are refused because the execution has changed. */
  readonly outdated?: number;
  /** Whether a write changes the status. */
  readonly changes?: boolean;
  /** Whether the history has the execution, with something to do for it. */
  readonly isDue?: boolean;
}

/** A reconciler of one execution whose steps have these outcomes, and what it writes. */
function aReconciler(outcomes: readonly (StepOutcome | Step)[], given: Given = {}) {
  const { now, changes = false, isDue } = given;
  const written: (WorkflowExecutionStatus & { on: string })[] = [];
  const reports: (string | undefined)[] = [];
  let refusals = given.outdated ?? 0;
  const context = {
    executions: { cached: () => ('seen' in given ? given.seen : cached), read: () => Promise.resolve(now) },
    statuses: {
      reportUnanswered: ({ metadata }: WorkflowExecution) => void reports.push(metadata.resourceVersion),
      repeatUnanswered: () => Promise.resolve(undefined),
      write: (execution: WorkflowExecution, status: WorkflowExecutionStatus) => {
        if (refusals-- > 0) return Promise.resolve('outdated');
        written.push({ ...status, on: execution.metadata.resourceVersion });
        return Promise.resolve(changes ? { ...execution, status } : execution);
      },
    },
    history: { get: () => (isDue === undefined ? undefined : { isDue }) },
    retention: { releaseOrphan: () => Promise.resolve(), isWaiting: () => false },
    clock: new FakeClock(),
  } as unknown as StepContext;
  const steps = outcomes.map((one): Step => (typeof one === 'function' ? one : () => one));
  const reconciler = new Reconciler(context, { for: () => steps });
  return { reconcile: () => reconciler.reconcile(key, signal), written, reports };
}

describe('a reconcile', () => {
  it('ends with the first step that decides, on the current execution', async () => {
    const never: Step = () => Promise.reject(new Error('continued'));
    const { reconcile, written } = aReconciler([{ kind: 'next', execution: live }, pending, never]);
    await reconcile();
    expect(written).toMatchObject([{ phase: 'Pending', message: 'not yet', on: '1002' }]);
  });

  it('writes nothing when a step has settled it, and requeues after its delay', async () => {
    const { reconcile, written } = aReconciler([{ kind: 'settled', reason: 'NotExpired', requeueAfterMs: 5 }]);
    await expect(reconcile()).resolves.toEqual({ requeueAfterMs: 5 });
    expect(written).toEqual([]);
  });

  it('writes the status before it fails, so that the execution is requeued', async () => {
    const retry = new UnavailableError('no');
    const { reconcile, written } = aReconciler([{ ...pending, retry }]);
    await expect(reconcile()).rejects.toBe(retry);
    expect(written).toHaveLength(1);
  });

  it.each([
    [true, 0],
    [false, 5],
  ])('requeues immediately after a changed status, which informers do not enqueue: %p', async (changes, ms) => {
    const { reconcile } = aReconciler([{ ...pending, requeueAfterMs: 5 }], { changes });
    await expect(reconcile()).resolves.toEqual({ requeueAfterMs: ms });
  });

  it('records an end at the time of the observation', async () => {
    const failure = { reason: 'Cancelled', message: 'deleted', wasExecutionFailure: false } as const;
    const at = new Date('2026-01-02T03:07:00Z');
    const { reconcile, written } = aReconciler([{ kind: 'observed', observation: { phase: 'Failed', failure }, at }]);
    await reconcile();
    expect(written).toMatchObject([{ phase: 'Failed', completionTime: '2026-01-02T03:07:00Z' }]);
  });

  it('runs no step for an execution that is done', async () => {
    const { reconcile, written } = aReconciler([pending], { seen: aDoneExecution() });
    await expect(reconcile()).resolves.toEqual({});
    expect(written).toEqual([]);
  });

  it('does nothing for an execution that does not exist', async () => {
    await expect(aReconciler([pending], { seen: undefined }).reconcile()).resolves.toEqual({});
  });
});

describe('a settled execution', () => {
  it('is read live when it is being deleted or its spec has changed', async () => {
    const { reconcile, written } = aReconciler([pending], { seen: undefined, now: live, isDue: true });
    await reconcile();
    expect(written).toMatchObject([{ on: '1002' }]);
  });

  it.each([
    ['has nothing left to do', { isDue: false, now: live }],
    ['is gone', { isDue: true }],
  ])('is left alone when it %s', async (_, given) => {
    const { reconcile, written } = aReconciler([pending], { seen: undefined, ...given });
    await expect(reconcile()).resolves.toEqual({});
    expect(written).toEqual([]);
  });
});

describe('the start deadline', () => {
  it('is that of the execution in the cache', () => {
    const { executions, refusedStatuses, clock, execution } = aFakeCluster();
    const context = { executions, refusedStatuses, clock, config: { startDeadlineMs: 600_000 } };
    const reconciler = new Reconciler(context as unknown as StepContext, {} as PhaseSteps);
    const since = { lastTransitionTime: clock.now().toISOString() };
    const refused = {
      type: 'PipelineRunCreated',
      status: 'False',
      reason: 'Forbidden',
      message: '',
      ...since,
    } as const;
    expect(reconciler.startDeadlineInMs(key)).toBeUndefined();
    execution({ status: { phase: 'Pending', conditions: [refused] } });
    expect(reconciler.startDeadlineInMs(key)).toBe(600_000);
  });
});

describe('an execution that has changed since it was cached', () => {
  it('is reconciled again from a live read', async () => {
    const { reconcile, written, reports } = aReconciler([pending], { now: live, outdated: 1 });
    await reconcile();
    expect(written).toMatchObject([{ on: '1002' }]);
    expect(reports).toEqual([cached.metadata.resourceVersion, '1002']);
  });

  it('is dropped if it is gone', async () => {
    const { reconcile, written } = aReconciler([pending], { outdated: 1 });
    await expect(reconcile()).resolves.toEqual({});
    expect(written).toEqual([]);
  });

  it('is requeued with backoff if it changes again', async () => {
    const { reconcile } = aReconciler([pending], { now: live, outdated: 2 });
    await expect(reconcile()).rejects.toThrow(ConflictError);
  });

  it('is also reconciled again if a step finds the change', async () => {
    const { reconcile } = aReconciler([{ kind: 'outdated' }], { now: live });
    await expect(reconcile()).rejects.toThrow('payment/we-pod-crash changed twice');
  });
});
