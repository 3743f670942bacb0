import { Injectable } from '@nestjs/common';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { ExecutionLog } from '../events/execution-log.ts';
import { Executions } from '../executions/executions.ts';
import type { Step, StepOutcome } from './step.ts';

/** Lets an execution go for which nothing is left to be done. */
@Injectable()
export class RemoveFinalizer implements Step {
  constructor(
    private readonly executions: Executions,
    private readonly log: ExecutionLog,
  ) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    const removed = await this.executions.removeFinalizer(execution, signal);
    if (removed === 'outdated') return { kind: 'outdated' };
    this.log.deleted(execution);
    return { kind: 'settled', reason: 'Deleted' };
  }
}
