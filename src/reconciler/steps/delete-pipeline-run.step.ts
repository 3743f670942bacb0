import { Injectable } from '@nestjs/common';
import { isGuarded } from '../../workflow-execution/finalizer.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { PipelineRunRetention } from '../pipeline-run-retention.ts';
import { PipelineRuns } from '../pipeline-runs.ts';
import type { Step, StepOutcome } from './step.ts';

/**
 * Deletes the PipelineRun of an execution that is being deleted, and goes on only when it is gone with all its pods. Until
 * then the target may still be changed.
 */
@Injectable()
export class DeletePipelineRun implements Step {
  constructor(
    private readonly pipelineRuns: PipelineRuns,
    private readonly retention: PipelineRunRetention,
  ) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    if (!isGuarded(execution)) return { kind: 'settled', reason: 'LeftToOthers' };
    const pipelineRun = await this.pipelineRuns.find(execution, signal);
    if (pipelineRun === undefined) return { kind: 'next', execution };
    if (pipelineRun.metadata.deletionTimestamp === undefined) await this.pipelineRuns.delete(pipelineRun, signal);
    await this.retention.release(pipelineRun, signal);
    // The watch tells when it is gone.
    return { kind: 'settled', reason: 'PipelineRunIsBeingDeleted' };
  }
}
