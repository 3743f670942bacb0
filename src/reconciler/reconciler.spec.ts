import { describe, expect, it, jest } from '@jest/globals';
import { ConflictError, InvalidError, UnavailableError } from '../kubernetes/errors.ts';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import { silentLogger } from '../kubernetes/logger.ts';
import type { WorkflowExecution, WorkflowExecutionStatus } from '../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import type { ExecutionEvents } from './events/execution-events.ts';
import { ExecutionLog } from './events/execution-log.ts';
import type { ExecutionMetrics } from './events/execution-metrics.ts';
import type { Executions } from './executions/executions.ts';
import type { PhaseSteps } from './phase-steps.ts';
import type { PipelineRunRetention } from './pipelinerun/pipeline-run-retention.ts';
import { Reconciler } from './reconciler.ts';
import { RefusedStatuses } from './executions/refused-statuses.ts';
import type { Step, StepOutcome } from './steps/step.ts';

const { signal } = new AbortController();
const key = { namespace: 'payment', name: 'we-pod-crash' };
const seen = aWorkflowExecution();
const live = aWorkflowExecution({ metadata: { resourceVersion: '1002' } });
const pending: StepOutcome = {
  kind: 'observed',
  observation: { phase: 'Pending', reason: 'Forbidden', message: 'not yet' },
};

/** Executions that are `seen` in the cache and `now` in truth; the first `outdated` writes are refused. */
function executions({ now, outdated = 0 }: { now?: WorkflowExecution; outdated?: number } = {}) {
  const written: (WorkflowExecutionStatus & { on: string })[] = [];
  let refusals = outdated;
  const port = {
    cached: () => seen,
    read: () => Promise.resolve(now),
    writeStatus: (execution: WorkflowExecution, status: WorkflowExecutionStatus) => {
      if (refusals-- > 0) return Promise.resolve('outdated');
      written.push({ ...status, on: execution.metadata.resourceVersion });
      return Promise.resolve(execution);
    },
  };
  return { port: port as unknown as Executions, written };
}

/** Steps that come to the given outcomes, one after the other, again and again. */
function stepsTo(...outcomes: readonly StepOutcome[]): PhaseSteps {
  const steps = outcomes.map((outcome): Step => ({ run: () => Promise.resolve(outcome) }));
  return { steps: () => steps, isOver: () => false } as unknown as PhaseSteps;
}

function reconcilerOf(
  port: Executions,
  life: PhaseSteps,
  tell: ExecutionEvents['tell'] = () => undefined,
  refusedStatuses = new RefusedStatuses(new FakeClock()),
) {
  const metrics: Pick<ExecutionMetrics, 'seen' | 'written'> = {
    seen: () => undefined,
    written: (_execution, _status, writing) => writing,
  };
  const events = { tell } as ExecutionEvents;
  const log = new ExecutionLog(silentLogger);
  const retention = { releaseOrphan: () => Promise.resolve(), isWaiting: () => false };
  return new Reconciler(
    port,
    life,
    events,
    metrics as ExecutionMetrics,
    log,
    new FakeClock(),
    retention as unknown as PipelineRunRetention,
    refusedStatuses,
  );
}

describe('a pass', () => {
  it('ends with the first step that knows how the execution stands', async () => {
    const { port, written } = executions();
    const never: Step = { run: () => Promise.reject(new Error('went on')) };
    const [next, knows] = stepsTo({ kind: 'next', execution: live }, pending).steps(seen) as [Step, Step];
    const life = { steps: () => [next, knows, never], isOver: () => false } as unknown as PhaseSteps;

    await reconcilerOf(port, life).reconcile(key, signal);

    expect(written).toMatchObject([{ phase: 'Pending', message: 'not yet', on: '1002' }]);
  });

  it('writes nothing when a step has settled it, and comes back when that says so', async () => {
    const { port, written } = executions();
    const life = stepsTo({ kind: 'settled', reason: 'NotExpired', requeueAfterMs: 5 });
    await expect(reconcilerOf(port, life).reconcile(key, signal)).resolves.toEqual({ requeueAfterMs: 5 });
    expect(written).toEqual([]);
  });

  it('writes the status first and then fails, so that the execution comes back', async () => {
    const { port, written } = executions();
    const retry = new UnavailableError('no');
    await expect(reconcilerOf(port, stepsTo({ ...pending, retry })).reconcile(key, signal)).rejects.toBe(retry);
    expect(written).toHaveLength(1);
  });

  it('comes back at once after it has written another status, whose change is not told', async () => {
    const { port } = executions();
    const writeStatus = () => Promise.resolve(live);
    const changed = { ...port, writeStatus } as unknown as Executions;
    const life = stepsTo({ ...pending, requeueAfterMs: 5 });

    await expect(reconcilerOf(changed, life).reconcile(key, signal)).resolves.toEqual({ requeueAfterMs: 0 });
    await expect(reconcilerOf(port, life).reconcile(key, signal)).resolves.toEqual({ requeueAfterMs: 5 });
  });

  it('tells what came of it only when that is written', async () => {
    const { port } = executions({ now: live, outdated: 1 });
    const tell = jest.fn<ExecutionEvents['tell']>();
    await reconcilerOf(port, stepsTo(pending), tell).reconcile(key, signal);
    expect(tell).toHaveBeenCalledTimes(1);
    expect(tell).toHaveBeenCalledWith(live, expect.objectContaining({ message: 'not yet' }), live);
  });

  it('remembers that the API server has refused the status', async () => {
    const refuse = () => Promise.reject(new InvalidError('Too long'));
    const port = { ...executions().port, writeStatus: refuse } as unknown as Executions;
    const refusedStatuses = new RefusedStatuses(new FakeClock());
    const reconciler = reconcilerOf(port, stepsTo(pending), undefined, refusedStatuses);
    await expect(reconciler.reconcile(key, signal)).rejects.toThrow('Too long');
    expect(refusedStatuses.refusalOf(seen)).toMatchObject({ reason: 'StatusRefused' });
  });

  it('records an end at the time that it was observed for', async () => {
    const { port, written } = executions();
    const failure = { reason: 'Cancelled', message: 'deleted', wasExecutionFailure: false } as const;
    const at = new Date('2026-01-02T03:07:00Z');
    await reconcilerOf(port, stepsTo({ kind: 'observed', observation: { phase: 'Failed', failure }, at })).reconcile(
      key,
      signal,
    );
    expect(written).toMatchObject([{ phase: 'Failed', completionTime: '2026-01-02T03:07:00Z' }]);
  });

  it('is not begun for an execution that is over', async () => {
    const { port, written } = executions();
    const life = { ...stepsTo(pending), isOver: (execution: WorkflowExecution) => execution === seen };

    await expect(reconcilerOf(port, life as unknown as PhaseSteps).reconcile(key, signal)).resolves.toEqual({});

    expect(written).toEqual([]);
  });

  it('does nothing for an execution that is not there', async () => {
    const port = { cached: () => undefined } as unknown as Executions;
    await expect(reconcilerOf(port, stepsTo(pending)).reconcile(key, signal)).resolves.toEqual({});
  });
});

describe('the start deadline', () => {
  const life = { startDeadlineInMs: (execution: WorkflowExecution) => (execution === seen ? 5 : undefined) };
  const deadlineOf = (port: unknown) => reconcilerOf(port as Executions, life as PhaseSteps).startDeadlineInMs(key);

  it('is that of the execution as last seen', () => {
    expect(deadlineOf({ cached: () => seen })).toBe(5);
  });

  it('is none of an execution that is not there', () => {
    expect(deadlineOf({ cached: () => undefined })).toBeUndefined();
  });
});

describe('an execution that has changed meanwhile', () => {
  it('is decided about anew as it is now', async () => {
    const { port, written } = executions({ now: live, outdated: 1 });
    await reconcilerOf(port, stepsTo(pending)).reconcile(key, signal);
    expect(written).toMatchObject([{ on: '1002' }]);
  });

  it('is let go when it is gone', async () => {
    const { port, written } = executions({ outdated: 1 });
    await expect(reconcilerOf(port, stepsTo(pending)).reconcile(key, signal)).resolves.toEqual({});
    expect(written).toEqual([]);
  });

  it('comes back later when it changes all the time', async () => {
    const { port } = executions({ now: live, outdated: 2 });
    await expect(reconcilerOf(port, stepsTo(pending)).reconcile(key, signal)).rejects.toThrow(ConflictError);
  });

  it('is decided about anew also when a step has found that out', async () => {
    const { port } = executions({ now: live });
    await expect(reconcilerOf(port, stepsTo({ kind: 'outdated' })).reconcile(key, signal)).rejects.toThrow(
      'payment/we-pod-crash changed twice',
    );
  });
});
