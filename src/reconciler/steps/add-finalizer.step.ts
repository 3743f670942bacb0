import { Injectable } from '@nestjs/common';
import { hasFinalizer } from '../../workflow-execution/metadata.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { withTarget } from '../../workflow-execution/target-resource.ts';
import { Executions } from '../executions/executions.ts';
import type { Step, StepOutcome } from './step.ts';

/**
 * Puts the finalizer on before the PipelineRun is created, so that the execution outlives its PipelineRun. Those that were created
 * through the API have it from the beginning. The API server takes no new finalizer on what is being deleted, and the write
 * is refused when the execution is another one than was seen.
 */
@Injectable()
export class AddFinalizer implements Step {
  constructor(private readonly executions: Executions) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    if (hasFinalizer(execution)) return { kind: 'next', execution };
    const guarded = await this.executions.addFinalizer(execution, signal);
    if (guarded === 'outdated') return { kind: 'outdated' };
    // The API server does not know the target yet: it is recorded with the first status.
    return { kind: 'next', execution: withTarget(guarded, execution.status?.target) };
  }
}
