import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../audit/audit-trail.ts';
import { CONFIG, type Config } from '../../config/config.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import type { Step, StepOutcome } from './step.ts';

/**
 * Keeps an execution that is being deleted until its audit events are recorded, for they are made of it; but not for ever:
 * what is not recorded by then is written to the log.
 */
@Injectable()
export class AwaitAudit implements Step {
  constructor(
    private readonly trail: AuditTrail,
    @Inject(CONFIG) private readonly config: Pick<Config, 'auditDeleteWaitMs'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  run(execution: WorkflowExecution): Promise<StepOutcome> {
    return Promise.resolve(this.look(execution));
  }

  private look(execution: WorkflowExecution): StepOutcome {
    if (this.trail.standing(execution).settled) return { kind: 'next', execution };
    const now = this.clock.now().getTime();
    const begun = Date.parse(execution.metadata.deletionTimestamp ?? '') || now;
    const requeueAfterMs = begun + this.config.auditDeleteWaitMs - now;
    if (requeueAfterMs > 0) return { kind: 'settled', reason: 'AuditIsPending', requeueAfterMs };
    this.trail.abandon(execution);
    return { kind: 'next', execution };
  }
}
