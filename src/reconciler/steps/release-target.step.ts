import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import type { Logger } from '../../kubernetes/logger.ts';
import { UnreadableLockError } from '../../locking/lock-lease.ts';
import { TargetLocks } from '../../locking/target-locks.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { logFields, isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import { targetOf } from '../../workflow-execution/target-resource.ts';
import { cooldownOf, idOf } from '../target/lock-claim.ts';
import { pollAfterMs, RunEnds, runOf } from '../pipelinerun/run-end.ts';
import { LOGGER } from '../executions/tokens.ts';
import type { Step, StepOutcome } from './step.ts';

/**
 * Releases the target of an execution that is being deleted, and leaves with the lock what has to cool down: the execution
 * cannot be asked any more. One that has ended and stays needs no release, because its phase says that the target is free.
 */
@Injectable()
export class ReleaseTarget implements Step {
  constructor(
    private readonly locks: TargetLocks,
    private readonly runEnds: RunEnds,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    const target = targetOf(execution);
    if (target === undefined) return { kind: 'next', execution };
    const now = this.clock.now();
    if (!isTerminal(phaseOf(execution)) && !(await this.hasEnded(execution, signal))) {
      return { kind: 'settled', reason: 'RunIsEnding', requeueAfterMs: pollAfterMs(undefined, now) };
    }
    try {
      await this.locks.release(target, idOf(execution), cooldownOf(execution, now), now, signal);
    } catch (err) {
      // There is nothing to release, and the deletion would wait until somebody deletes the Lease.
      if (!(err instanceof UnreadableLockError)) throw err;
      this.log.warn({ ...logFields(execution.metadata), target, err }, 'lock not released');
    }
    return { kind: 'next', execution };
  }

  private async hasEnded(execution: WorkflowExecution, signal: AbortSignal): Promise<boolean> {
    return (await this.runEnds.ensureEnded(runOf(execution), undefined, signal)).kind === 'ended';
  }
}
