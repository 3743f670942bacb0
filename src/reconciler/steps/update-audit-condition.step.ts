import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../audit/audit-trail.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { withCondition } from '../../workflow-execution/status.ts';
import { ExecutionEvents } from '../events/execution-events.ts';
import { Executions } from '../executions/executions.ts';
import type { Step, StepOutcome } from './step.ts';

/** Says on a finished execution what has become of its audit events, once that is known; nothing waits for it. */
@Injectable()
export class UpdateAuditCondition implements Step {
  constructor(
    private readonly trail: AuditTrail,
    private readonly executions: Executions,
    private readonly events: ExecutionEvents,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    const { told } = this.trail.standing(execution);
    if (told === undefined) return { kind: 'next', execution };
    const status = withCondition(execution, told, this.clock.now());
    const written = await this.executions.writeStatus(execution, status, signal);
    if (written === 'outdated') return { kind: 'outdated' };
    if (written !== execution) this.events.tellAudit(written, told);
    return { kind: 'next', execution: written };
  }
}
