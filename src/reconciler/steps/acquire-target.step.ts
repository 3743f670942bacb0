import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { CancelledError } from '../../kubernetes/errors.ts';
import { TargetLocks } from '../../locking/target-locks.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { targetOf } from '../../workflow-execution/target-resource.ts';
import { claimOf } from '../target/lock-claim.ts';
import { observeBusy, observeCooldown, observeLockTrouble } from '../observe/observe-lock.ts';
import { PipelineRunAdoption } from '../pipelinerun/pipeline-run-adoption.ts';
import { TargetOccupancy } from '../target/target-occupancy.ts';
import type { Step, StepOutcome } from './step.ts';

/**
 * Takes the target, so that nothing else runs on it. An execution that can not have it is skipped; but never one that has
 * a PipelineRun already, whatever the lock says: what runs has to be followed to its end.
 */
@Injectable()
export class AcquireTarget implements Step {
  constructor(
    private readonly locks: TargetLocks,
    private readonly occupancy: TargetOccupancy,
    private readonly adoption: PipelineRunAdoption,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    try {
      return await this.acquire(execution, signal);
    } catch (error) {
      if (!(error instanceof Error) || error instanceof CancelledError) throw error;
      return { kind: 'observed', observation: observeLockTrouble(error), retry: error };
    }
  }

  private async acquire(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    const target = targetOf(execution);
    if (target === undefined) return { kind: 'next', execution };
    const now = this.clock.now();
    const evidence = {
      cooldowns: this.occupancy.cooldowns(execution),
      occupant: () => this.occupancy.occupant(execution, signal),
    };
    const acquisition = await this.locks.acquire(target, claimOf(execution), now, signal, evidence);
    if (acquisition.kind === 'acquired') return { kind: 'next', execution };
    const existing = await this.adoption.find(execution, signal);
    if (existing.kind === 'own' || existing.kind === 'different') return { kind: 'next', execution };
    const observation =
      acquisition.kind === 'busy'
        ? observeBusy(execution, acquisition.holder, now)
        : observeCooldown(execution, acquisition.earlier, acquisition.remainingMs, now);
    return { kind: 'observed', observation };
  }
}
