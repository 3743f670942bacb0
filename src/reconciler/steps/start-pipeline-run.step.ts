import { Inject, Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { AlreadyExistsError, CancelledError, KubernetesError } from '../../kubernetes/errors.ts';
import { LockContendedError } from '../../locking/target-locks.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { InjectMetric } from '../../metrics/metric.providers.ts';
import { metrics } from '../../metrics/metrics.ts';
import { observeBusy } from '../observe/observe-lock.ts';
import { observeForeign, observeStart } from '../observe/observe-pipeline-run.ts';
import { observeRefusal } from '../observe/observe-refusal.ts';
import { PipelineRunAdoption } from '../pipelinerun/pipeline-run-adoption.ts';
import { PipelineRunConflicts } from './pipeline-run-conflicts.ts';
import { PipelineRuns } from '../pipelinerun/pipeline-runs.ts';
import { TargetOccupancy } from '../target/target-occupancy.ts';
import type { Step, StepOutcome } from './step.ts';

/**
 * Sees to it that the execution has its PipelineRun: creates it, or adopts the one that an earlier try created before it
 * could write that down. There is never a second one, because its name is derived from the execution's UID. The lock has
 * been taken by now, but it may have been lost since: the last word is what the other executions on the target do.
 */
@Injectable()
export class StartPipelineRun implements Step {
  constructor(
    private readonly pipelineRuns: PipelineRuns,
    private readonly adoption: PipelineRunAdoption,
    private readonly conflicts: PipelineRunConflicts,
    private readonly occupancy: TargetOccupancy,
    @InjectMetric(metrics.creationErrors) private readonly creationErrors: Pick<Counter, 'inc'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    if (!this.occupancy.reserve(execution)) return this.yield(execution, signal);
    try {
      const created = await this.pipelineRuns.create(execution, signal);
      return { kind: 'observed', observation: observeStart(created, 'created') };
    } catch (error) {
      if (error instanceof AlreadyExistsError) return this.adopt(execution, error, signal);
      if (!(error instanceof KubernetesError) || error instanceof CancelledError) throw error;
      if (isRefusal(error)) this.occupancy.cancelReservation(execution);
      this.creationErrors.inc();
      const observation = observeRefusal(error);
      return { kind: 'observed', observation, retry: observation.phase === 'Pending' ? error : undefined };
    }
  }

  private async adopt(
    execution: WorkflowExecution,
    cause: AlreadyExistsError,
    signal: AbortSignal,
  ): Promise<StepOutcome> {
    const existing = await this.adoption.find(execution, signal);
    const taken = await this.conflicts.takeUp(execution, existing, signal);
    if (taken !== undefined) return taken;
    // It went between the two calls: the next try creates it.
    if (existing.kind !== 'foreign') throw cause;
    this.occupancy.cancelReservation(execution);
    return { kind: 'observed', observation: observeForeign(existing.pipelineRun) };
  }

  /** Another execution has started on the target. One that has a PipelineRun itself is followed all the same. */
  private async yield(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    const existing = await this.adoption.find(execution, signal);
    const taken = await this.conflicts.takeUp(execution, existing, signal);
    if (taken !== undefined) return taken;
    const occupant = await this.occupancy.occupant(execution, signal);
    if (occupant === undefined) throw new LockContendedError('Another execution on the target has just ended');
    return { kind: 'observed', observation: observeBusy(execution, occupant, this.clock.now()) };
  }
}

/** Whether an answer makes certain that nothing was created. */
function isRefusal({ code }: KubernetesError): boolean {
  return code !== 'Unavailable' && code !== 'InvalidObject';
}
