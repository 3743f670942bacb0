import { Injectable } from '@nestjs/common';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { Executions } from '../executions.ts';
import type { Step, StepOutcome } from './step.ts';

/** Lets an execution go for which nothing is left to be done. */
@Injectable()
export class RemoveFinalizer implements Step {
  constructor(private readonly executions: Executions) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    const removed = await this.executions.removeFinalizer(execution, signal);
    return removed === 'outdated' ? { kind: 'outdated' } : { kind: 'settled', reason: 'Deleted' };
  }
}
