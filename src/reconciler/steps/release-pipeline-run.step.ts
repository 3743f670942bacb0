import { Injectable } from '@nestjs/common';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { PipelineRunRetention } from '../pipelinerun/pipeline-run-retention.ts';
import type { Step, StepOutcome } from './step.ts';

/** Lets the PipelineRun of an execution go that somebody has deleted, once nothing is to be learned from it any more. */
@Injectable()
export class ReleasePipelineRun implements Step {
  constructor(private readonly retention: PipelineRunRetention) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    await this.retention.releaseRunOf(execution, signal);
    return { kind: 'next', execution };
  }
}
