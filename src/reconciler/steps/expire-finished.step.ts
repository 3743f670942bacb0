import { Inject, Injectable } from '@nestjs/common';
import { isSettled } from '../../audit/standing.ts';
import { CONFIG } from '../../config/config.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { Executions } from '../executions/executions.ts';
import { ttlMsOf, type DefaultTtls } from '../executions/ttl.ts';
import type { Step, StepOutcome } from './step.ts';

/** Deletes a finished execution when its time is over, and looks again at that time while it is not. */
@Injectable()
export class ExpireFinished implements Step {
  constructor(
    private readonly executions: Executions,
    @Inject(CONFIG) private readonly defaults: DefaultTtls,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    const ttlMs = ttlMsOf(execution, this.defaults);
    const { completionTime } = execution.status ?? {};
    if (ttlMs === undefined || completionTime === undefined) return { kind: 'settled', reason: 'Finished' };
    // Nobody has asked for this deletion: it must not cost an audit event, however long data storage is away.
    const isDefault = execution.spec.ttlSecondsAfterFinished === undefined;
    if (isDefault && !isSettled(execution)) return { kind: 'settled', reason: 'AuditIsPending' };
    const due = Date.parse(completionTime) + ttlMs;
    const requeueAfterMs = due - this.clock.now().getTime();
    if (requeueAfterMs > 0) return { kind: 'settled', reason: 'NotExpired', requeueAfterMs };
    await this.executions.delete(execution, signal);
    return { kind: 'settled', reason: 'Expired' };
  }
}
