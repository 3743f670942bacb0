import { Injectable } from '@nestjs/common';
import { ConflictError } from '../kubernetes/errors.ts';
import { keyOf, type ObjectKey } from '../kubernetes/kubernetes-object.ts';
import type { HandlerResult } from '../kubernetes/work-queue.ts';
import { tracedReconcile } from '../tracing/reconcile-span.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { nextStatus } from '../workflow-execution/status.ts';
import type { Outdated } from './executions/executions.ts';
import { isDone } from './cleanup/settlement.ts';
import { PhaseSteps } from './phase-steps.ts';
import { startDeadlineInMs } from './steps/pending.steps.ts';
import type { ObservedOutcome } from './steps/step.ts';
import { StepContext } from './steps/step-context.ts';

/**
 * Reconciles one execution: runs the steps of its phase until one decides, and writes the status that follows. Everything is
 * derived from the cluster, so after a crash the next reconcile continues.
 */
@Injectable()
export class Reconciler {
  constructor(
    private readonly context: StepContext,
    private readonly phaseSteps: PhaseSteps,
  ) {}

  /**
   * @param key of an execution, or of a PipelineRun whose execution is gone or settled
   * @throws any error; the key is requeued with backoff
   */
  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<HandlerResult> {
    const { executions, history, retention, statuses } = this.context;
    await retention.releaseOrphan(key, signal);
    const cached = executions.cached(key);
    if (cached === undefined) return history.get(key)?.isDue === true ? this.reconcileSettled(key, signal) : {};
    statuses.reportUnanswered(cached);
    if (isDone(cached) && !retention.isWaiting(cached)) return {};
    return tracedReconcile(cached, async () => {
      const result = (await this.repeatStatus(cached, signal)) ?? (await this.runSteps(cached, signal));
      return result === 'outdated' ? this.reconcileLive(key, signal) : result;
    });
  }

  /** Milliseconds until the start deadline of an execution, as cached; undefined if none is pending. */
  startDeadlineInMs(key: ObjectKey): number | undefined {
    const cached = this.context.executions.cached(key);
    return cached && startDeadlineInMs(cached, this.context);
  }

  /** A settled execution is not cached: it is being deleted, or its spec has changed. */
  private async reconcileSettled(key: ObjectKey, signal: AbortSignal): Promise<HandlerResult> {
    const live = await this.context.executions.read(key, signal);
    return live === undefined ? {} : tracedReconcile(live, () => this.runLive(live, signal));
  }

  private async reconcileLive(key: ObjectKey, signal: AbortSignal): Promise<HandlerResult> {
    const live = await this.context.executions.read(key, signal);
    return live === undefined ? {} : this.runLive(live, signal);
  }

  private async runLive(live: WorkflowExecution, signal: AbortSignal): Promise<HandlerResult> {
    this.context.statuses.reportUnanswered(live);
    const result = await this.runSteps(live, signal);
    if (result === 'outdated') throw new ConflictError(`${keyOf(live)} changed twice during one reconcile`);
    return result;
  }

  private async repeatStatus(
    execution: WorkflowExecution,
    signal: AbortSignal,
  ): Promise<HandlerResult | Outdated | undefined> {
    const written = await this.context.statuses.repeatUnanswered(execution, signal);
    return written === undefined || written === 'outdated' ? written : { requeueAfterMs: 0 };
  }

  private async runSteps(execution: WorkflowExecution, signal: AbortSignal): Promise<HandlerResult | Outdated> {
    let current = execution;
    for (const step of this.phaseSteps.for(execution)) {
      const outcome = await step(current, this.context, signal);
      if (outcome.kind === 'observed') return this.writeStatus(outcome.on ?? current, outcome, signal);
      if (outcome.kind === 'outdated') return 'outdated';
      if (outcome.kind === 'settled') return { requeueAfterMs: outcome.requeueAfterMs };
      current = outcome.execution;
    }
    return {};
  }

  private async writeStatus(
    execution: WorkflowExecution,
    { observation, at = this.context.clock.now(), retry, requeueAfterMs }: ObservedOutcome,
    signal: AbortSignal,
  ): Promise<HandlerResult | Outdated> {
    const status = nextStatus(execution, observation, at);
    const written = await this.context.statuses.write(execution, status, signal, observation);
    if (written === 'outdated') return 'outdated';
    if (retry !== undefined) throw retry;
    // A changed status is reconciled next: informers do not enqueue changes of the status alone.
    return { requeueAfterMs: written === execution ? requeueAfterMs : 0 };
  }
}
