import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../kubernetes/clock.ts';
import { ConflictError } from '../kubernetes/errors.ts';
import { keyOf, type ObjectKey } from '../kubernetes/kubernetes-object.ts';
import type { HandlerResult } from '../kubernetes/work-queue.ts';
import { recordPhase, tracedReconcile } from '../tracing/reconcile-span.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../workflow-execution/execution.ts';
import { nextStatus } from '../workflow-execution/status.ts';
import { ExecutionEvents } from './events/execution-events.ts';
import { ExecutionLog } from './events/execution-log.ts';
import { ExecutionMetrics } from './events/execution-metrics.ts';
import { Executions, type Outdated } from './executions/executions.ts';
import { PhaseSteps } from './phase-steps.ts';
import { PipelineRunRetention } from './pipelinerun/pipeline-run-retention.ts';
import { RefusedStatuses } from './executions/refused-statuses.ts';
import type { StepOutcome } from './steps/step.ts';

/**
 * Brings one execution one phase further. A pass takes it through the steps of its phase until one knows how it stands,
 * and writes the status that follows, all of it from what is in the cluster: whatever a crash leaves behind, the next
 * pass goes on from there.
 */
@Injectable()
export class Reconciler {
  constructor(
    private readonly executions: Executions,
    private readonly life: PhaseSteps,
    private readonly events: ExecutionEvents,
    private readonly metrics: ExecutionMetrics,
    private readonly log: ExecutionLog,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly retention: PipelineRunRetention,
    private readonly refusedStatuses: RefusedStatuses,
  ) {}

  /**
   * @param key of an execution, or of a PipelineRun that is left over from one
   * @throws any error for which the key is to come back after its backoff
   */
  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<HandlerResult> {
    await this.retention.releaseOrphan(key, signal);
    const seen = this.executions.cached(key);
    if (seen === undefined) return {};
    this.metrics.seen(seen);
    if (this.life.isOver(seen) && !this.retention.isWaiting(seen)) return {};
    return tracedReconcile(seen, () => this.reconcileExecution(key, seen, signal));
  }

  /** Milliseconds until an execution, as last seen, has to be looked at for its start deadline; undefined when it has not. */
  startDeadlineInMs(key: ObjectKey): number | undefined {
    const seen = this.executions.cached(key);
    return seen && this.life.startDeadlineInMs(seen);
  }

  private async reconcileExecution(
    key: ObjectKey,
    seen: WorkflowExecution,
    signal: AbortSignal,
  ): Promise<HandlerResult> {
    const first = await this.pass(seen, signal);
    if (first !== 'outdated') return first;
    const live = await this.executions.read(key, signal);
    if (live === undefined) return {};
    this.metrics.seen(live);
    const second = await this.pass(live, signal);
    if (second !== 'outdated') return second;
    throw new ConflictError(`${keyOf(live)} changed twice while it was being looked at`);
  }

  private async pass(execution: WorkflowExecution, signal: AbortSignal): Promise<HandlerResult | Outdated> {
    let current = execution;
    for (const step of this.life.steps(execution)) {
      const outcome = await step.run(current, signal);
      if (outcome.kind === 'observed') return this.conclude(outcome.on ?? current, outcome, signal);
      if (outcome.kind === 'outdated') return 'outdated';
      if (outcome.kind === 'settled') return { requeueAfterMs: outcome.requeueAfterMs };
      current = outcome.execution;
    }
    return {};
  }

  private async conclude(
    execution: WorkflowExecution,
    outcome: Extract<StepOutcome, { kind: 'observed' }>,
    signal: AbortSignal,
  ): Promise<HandlerResult | Outdated> {
    const { observation, at = this.clock.now() } = outcome;
    const status = nextStatus(execution, observation, at);
    const patching = this.executions.writeStatus(execution, status, signal);
    const isEndOfRun = phaseOf(execution) === 'Running' && isTerminal(observation.phase);
    const writing = this.refusedStatuses.written(execution, patching, isEndOfRun);
    const written = await this.metrics.written(execution, status, writing);
    if (written === 'outdated') return 'outdated';
    recordPhase(execution, written);
    this.log.tell(execution, written);
    this.events.tell(execution, observation, written);
    if (outcome.retry !== undefined) throw outcome.retry;
    // What follows from another status is done next; its change is not told (Informers).
    return { requeueAfterMs: written === execution ? outcome.requeueAfterMs : 0 };
  }
}
