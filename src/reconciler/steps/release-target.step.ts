import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../../kubernetes/clock.ts';
import { TargetLocks } from '../../locking/target-locks.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { targetOf } from '../../workflow-execution/target-resource.ts';
import { cooldownOf, idOf } from '../claims.ts';
import { phaseOf } from '../../workflow-execution/phase.ts';
import { PipelineRuns } from '../pipeline-runs.ts';
import { CLOCK } from '../tokens.ts';
import type { Step, StepOutcome } from './step.ts';

/** Milliseconds until pods that are ending are looked at again. */
const podsEndWithinMs = 1_000;

/**
 * Gives the target of an execution back that has failed or is to go, and leaves with the lock what has to cool down. Tekton
 * calls a run over when its pods have been told to end; the target is not free before they have. One that is Completed need
 * not give it back as long as it is there: everybody can see that it does not need it.
 */
@Injectable()
export class ReleaseTarget implements Step {
  constructor(
    private readonly locks: TargetLocks,
    private readonly pipelineRuns: PipelineRuns,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    const target = targetOf(execution);
    if (target === undefined) return { kind: 'next', execution };
    if (await this.#mayStillRun(execution, target, signal)) {
      return { kind: 'settled', reason: 'PodsAreEnding', requeueAfterMs: podsEndWithinMs };
    }
    const now = this.clock.now();
    await this.locks.release(target, idOf(execution), cooldownOf(execution, now), now, signal);
    return { kind: 'next', execution };
  }

  /** Every task of a Completed execution has ended by itself. For all others it is asked, once, while they have the lock. */
  async #mayStillRun(execution: WorkflowExecution, target: string, signal: AbortSignal): Promise<boolean> {
    if (phaseOf(execution) === 'Completed' || !this.locks.isHeldBy(target, idOf(execution))) return false;
    return this.pipelineRuns.hasLivePods(execution, signal);
  }
}
