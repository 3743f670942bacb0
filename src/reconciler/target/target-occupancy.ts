import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK } from '../../kubernetes/clock.ts';
import type { LockHolders, LockHolderState } from '../../locking/lock-holders.ts';
import type { Cooldown, ExecutionId } from '../../locking/lock-record.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import { targetOf } from '../../workflow-execution/target-resource.ts';
import { Executions } from '../executions/executions.ts';
import { History } from '../history/history.ts';
import { RefusedStatuses } from '../executions/refused-statuses.ts';
import { isRunning } from '../observe/observe-pipeline-run.ts';
import { isRunOf } from '../pipelinerun/ownership.ts';
import { PipelineRuns } from '../pipelinerun/pipeline-runs.ts';
import { RunEnds, runOf } from '../pipelinerun/run-end.ts';
import { cooldownOf, idOf } from './lock-claim.ts';

/**
 * What the executions say about who has a target: whether the holder of a lock has ended, and who has started on a target
 * regardless of its lock. A lock is a Lease, which may be deleted by hand or be missing after a restore; an execution that has
 * started keeps its target all the same. Among those that have not started, the lock decides.
 *
 * A terminal phase says that nothing of the execution runs, so its target is free as soon as that phase is visible, without
 * another write. An execution that no longer exists has ended unless its PipelineRun or a step of it still runs.
 */
@Injectable()
export class TargetOccupancy implements LockHolders {
  /**
   * Executions whose PipelineRun was requested, by UID, with their target: the result of the request may be unknown. Once they
   * are Running in the cache that has them.
   */
  private readonly starting = new Map<string, { readonly target: string; readonly execution: ExecutionId }>();

  constructor(
    private readonly executions: Executions,
    private readonly history: History,
    private readonly pipelineRuns: PipelineRuns,
    private readonly runEnds: RunEnds,
    private readonly refusedStatuses: RefusedStatuses,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  cached(holder: ExecutionId): LockHolderState {
    const cached = this.executions.cached(holder);
    if (cached?.metadata.uid === holder.uid) return this.stateOf(cached);
    // Its cooldown is over as well.
    return { kind: this.history.has(holder) ? 'ended' : 'live' };
  }

  async live(holder: ExecutionId, signal: AbortSignal): Promise<LockHolderState> {
    const execution = await this.executions.read(holder, signal);
    if (execution?.metadata.uid === holder.uid) return this.stateOf(execution);
    // By its name, which is unique to the execution: a PipelineRun that was left behind may have lost its owner.
    const pipelineRun = await this.pipelineRuns.read({ metadata: holder }, signal);
    if (pipelineRun !== undefined && isRunning(pipelineRun)) return { kind: 'live' };
    // TaskRuns and pods by that name as well: the UID of the PipelineRun that created them is unknown.
    const end = await this.runEnds.ensureEnded(runOf({ metadata: holder }), pipelineRun, signal);
    return end.kind === 'ended' ? { kind: 'ended' } : { kind: 'live' };
  }

  /** Another execution on the same target that has started and not ended, confirmed by a live read. */
  async occupant(execution: WorkflowExecution, signal: AbortSignal): Promise<ExecutionId | undefined> {
    const ended = new Set<string>();
    for (;;) {
      const found = this.startedOn(execution).find(({ uid }) => !ended.has(uid));
      if (found === undefined) return undefined;
      const { kind } = await this.live(found, signal);
      if (kind === 'live') return found;
      ended.add(found.uid);
    }
  }

  /**
   * Reserves the target for an execution that starts now. Of two that ask in the same moment one gets it.
   *
   * @returns false if another execution has started on the target
   */
  reserve(execution: WorkflowExecution): boolean {
    if (this.startedOn(execution).length > 0) return false;
    const target = targetOf(execution);
    if (target !== undefined) this.starting.set(execution.metadata.uid, { target, execution: idOf(execution) });
    return true;
  }

  /** Cancels the reservation of an execution whose PipelineRun was refused. */
  cancelReservation({ metadata }: WorkflowExecution): void {
    this.starting.delete(metadata.uid);
  }

  /** The cooldowns on the target of an execution, of executions that still exist. */
  cooldowns(execution: WorkflowExecution): readonly Cooldown[] {
    const now = this.clock.now();
    return this.othersOn(execution)
      .filter((other) => isTerminal(phaseOf(other)))
      .flatMap((other) => cooldownOf(other, now) ?? []);
  }

  private stateOf(execution: WorkflowExecution): LockHolderState {
    if (!this.hasEnded(execution)) return { kind: 'live' };
    const endedAt = this.refusedStatuses.unrecordedEndOf(execution) ?? this.clock.now();
    return { kind: 'ended', cooldown: cooldownOf(execution, endedAt) };
  }

  /** Whether nothing of an execution runs any more, also where the API server refuses to record it. */
  private hasEnded(execution: WorkflowExecution): boolean {
    return isTerminal(phaseOf(execution)) || this.refusedStatuses.unrecordedEndOf(execution) !== undefined;
  }

  /** The other executions on the target of an execution that have started, as far as is known here. */
  private startedOn(execution: WorkflowExecution): readonly ExecutionId[] {
    const running = this.othersOn(execution).filter((other) => this.hasStarted(other));
    return [...running.map(idOf), ...this.requestedOn(execution)];
  }

  private othersOn(execution: WorkflowExecution): readonly WorkflowExecution[] {
    const target = targetOf(execution);
    if (target === undefined) return [];
    return this.executions.onTarget(target).filter(({ metadata }) => metadata.uid !== execution.metadata.uid);
  }

  private hasStarted(execution: WorkflowExecution): boolean {
    if (this.hasEnded(execution)) return false;
    if (phaseOf(execution) === 'Running') return true;
    const pipelineRun = this.pipelineRuns.cached(execution);
    return pipelineRun !== undefined && isRunOf(pipelineRun, execution);
  }

  private requestedOn(execution: WorkflowExecution): readonly ExecutionId[] {
    const wanted = targetOf(execution);
    const requested: ExecutionId[] = [];
    for (const [uid, { target, execution: other }] of this.starting) {
      const cached = this.executions.cached(other);
      if (cached?.metadata.uid !== uid || phaseOf(cached) !== 'Pending') this.starting.delete(uid);
      else if (target === wanted && uid !== execution.metadata.uid) requested.push(other);
    }
    return requested;
  }
}
