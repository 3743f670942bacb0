import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../../kubernetes/clock.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { Executions } from '../executions.ts';
import { CLOCK } from '../tokens.ts';
import type { Step, StepOutcome } from './step.ts';

/** Deletes a finished execution when its time is over, and looks again at that time while it is not. */
@Injectable()
export class ExpireFinished implements Step {
  constructor(
    private readonly executions: Executions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    const { ttlSecondsAfterFinished } = execution.spec;
    const { completionTime } = execution.status ?? {};
    if (ttlSecondsAfterFinished === undefined || completionTime === undefined) {
      return { kind: 'settled', reason: 'Finished' };
    }
    const due = Date.parse(completionTime) + ttlSecondsAfterFinished * 1000;
    const requeueAfterMs = due - this.clock.now().getTime();
    if (requeueAfterMs > 0) return { kind: 'settled', reason: 'NotExpired', requeueAfterMs };
    await this.executions.delete(execution, signal);
    return { kind: 'settled', reason: 'Expired' };
  }
}
