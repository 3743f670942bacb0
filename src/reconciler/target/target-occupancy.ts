import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { InjectReflector } from '../../kubernetes/kubernetes.module.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import { LOCK_HOLDERS, type LockHolders } from '../../locking/lock-holders.ts';
import type { Cooldown, ExecutionId } from '../../locking/lock-record.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { targetOf } from '../../workflow-execution/target-resource.ts';
import { cooldownOf, idOf } from './lock-claim.ts';
import { targetIndex } from '../executions/execution-indexes.ts';
import { isRunOf } from '../pipelinerun/ownership.ts';
import { PipelineRuns } from '../pipelinerun/pipeline-runs.ts';
import { RefusedStatuses } from '../executions/refused-statuses.ts';

/**
 * What the executions themselves say about who has a target. The lock of a target is a Lease, which can be deleted by hand
 * or be missing after a restore; an execution that has started keeps its target all the same. Of those that have not, the
 * lock decides.
 */
@Injectable()
export class TargetOccupancy {
  /**
   * Executions whose PipelineRun has been requested, by UID, with their target: what came of the request may not be known.
   * From the moment that they are seen to run the store has them.
   */
  private readonly starting = new Map<string, { readonly target: string; readonly execution: ExecutionId }>();

  constructor(
    @InjectReflector(workflowExecutionResource) private readonly executions: Reflector<WorkflowExecution>,
    private readonly pipelineRuns: PipelineRuns,
    @Inject(LOCK_HOLDERS) private readonly holders: LockHolders,
    private readonly refusedStatuses: RefusedStatuses,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Another execution on the same target that has started and not ended, confirmed by a live read. */
  async occupant(execution: WorkflowExecution, signal: AbortSignal): Promise<ExecutionId | undefined> {
    const ended = new Set<string>();
    for (;;) {
      const found = this.started(execution).find(({ uid }) => !ended.has(uid));
      if (found === undefined) return undefined;
      const { kind } = await this.holders.live(found, signal);
      if (kind === 'live') return found;
      ended.add(found.uid);
    }
  }

  /**
   * Reserves the target for an execution that starts now. Of two that ask at the same moment one is let through.
   *
   * @returns whether it may start; if not, another one has started
   */
  reserve(execution: WorkflowExecution): boolean {
    if (this.started(execution).length > 0) return false;
    const target = targetOf(execution);
    if (target !== undefined) this.starting.set(execution.metadata.uid, { target, execution: idOf(execution) });
    return true;
  }

  /** Takes back the reservation of an execution whose PipelineRun was refused. */
  cancelReservation({ metadata }: WorkflowExecution): void {
    this.starting.delete(metadata.uid);
  }

  /** What cools down on the target of an execution, as far as the executions there still exist. */
  cooldowns(execution: WorkflowExecution): readonly Cooldown[] {
    const now = this.clock.now();
    return this.others(execution)
      .filter((other) => isTerminal(phaseOf(other)))
      .flatMap((other) => cooldownOf(other, now) ?? []);
  }

  /** The others on the target of an execution that have started, as far as is known here. */
  private started(execution: WorkflowExecution): readonly ExecutionId[] {
    const running = this.others(execution).filter((other) => this.hasStarted(other));
    return [...running.map(idOf), ...this.requested(execution)];
  }

  private others(execution: WorkflowExecution): readonly WorkflowExecution[] {
    const target = targetOf(execution);
    if (target === undefined) return [];
    const onTarget = this.executions.store.byIndex(targetIndex, target);
    return onTarget.filter(({ metadata }) => metadata.uid !== execution.metadata.uid);
  }

  private hasStarted(execution: WorkflowExecution): boolean {
    const phase = phaseOf(execution);
    if (phase === 'Running') return this.refusedStatuses.unrecordedEndOf(execution) === undefined;
    if (phase !== 'Pending') return false;
    const pipelineRun = this.pipelineRuns.cached(execution);
    return pipelineRun !== undefined && isRunOf(pipelineRun, execution);
  }

  private requested(execution: WorkflowExecution): readonly ExecutionId[] {
    const wanted = targetOf(execution);
    const requested: ExecutionId[] = [];
    for (const [uid, { target, execution: other }] of this.starting) {
      const seen = this.executions.store.get(other);
      if (seen?.metadata.uid !== uid || phaseOf(seen) !== 'Pending') this.starting.delete(uid);
      else if (target === wanted && uid !== execution.metadata.uid) requested.push(other);
    }
    return requested;
  }
}
