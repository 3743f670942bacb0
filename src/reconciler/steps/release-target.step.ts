import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../../kubernetes/clock.ts';
import { TargetLocks } from '../../locking/target-locks.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { cooldownOf, idOf, targetOf } from '../claims.ts';
import { CLOCK } from '../tokens.ts';
import type { Step, StepOutcome } from './step.ts';

/** Gives the target of an execution back that is over, and leaves with the lock what has to cool down. */
@Injectable()
export class ReleaseTarget implements Step {
  constructor(
    private readonly locks: TargetLocks,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    const target = targetOf(execution);
    const now = this.clock.now();
    if (target !== undefined) {
      await this.locks.release(target, idOf(execution), cooldownOf(execution, now), now, signal);
    }
    return { kind: 'next', execution };
  }
}
