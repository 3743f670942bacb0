import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { CancelledError } from '../../kubernetes/errors.ts';
import type { Logger } from '../../kubernetes/logger.ts';
import { TargetLocks } from '../../locking/target-locks.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { logFields } from '../../workflow-execution/execution.ts';
import { targetOf } from '../../workflow-execution/target-resource.ts';
import { idOf } from '../target/lock-claim.ts';
import { LOGGER } from '../executions/tokens.ts';
import type { Step, StepOutcome } from './step.ts';

/**
 * Writes the lock of a Running execution again when somebody has deleted or emptied it. Its target is safe without it,
 * because the executions are looked at as well; so what goes wrong here is logged and keeps nothing waiting.
 */
@Injectable()
export class KeepTarget implements Step {
  constructor(
    private readonly locks: TargetLocks,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    const target = targetOf(execution);
    try {
      if (target !== undefined) await this.locks.restore(target, idOf(execution), this.clock.now(), signal);
    } catch (err) {
      if (err instanceof CancelledError) throw err;
      this.log.warn({ ...logFields(execution.metadata), target, err }, 'lock not restored');
    }
    return { kind: 'next', execution };
  }
}
