import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '../../kubernetes/logger.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { logFields } from '../../workflow-execution/execution.ts';
import { milestonesOf } from './milestones.ts';
import { LOGGER } from '../executions/tokens.ts';

/** Leaves a log line of each event that matters in the life of an execution, when it has been written to the resource. */
@Injectable()
export class ExecutionLog {
  constructor(@Inject(LOGGER) private readonly log: Logger) {}

  /** Tells what a write of its status has brought an execution past. */
  tell(before: WorkflowExecution, after: WorkflowExecution): void {
    for (const { message, fields } of milestonesOf(before, after)) {
      this.log.info({ ...logFields(after.metadata), ...fields }, message);
    }
  }

  /** Tells that nothing is left of an execution. */
  deleted({ metadata, status }: WorkflowExecution): void {
    this.log.info({ ...logFields(metadata), phase: status?.phase ?? 'Pending' }, 'execution deleted');
  }
}
