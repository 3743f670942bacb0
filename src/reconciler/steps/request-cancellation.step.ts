import { Injectable } from '@nestjs/common';
import { isBeingCancelled } from '../../tekton/pipeline-run.ts';
import { readOutcome } from '../../tekton/read-outcome.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { PipelineRuns } from '../pipeline-runs.ts';
import type { Step, StepOutcome } from './step.ts';

/** Asks Tekton to cancel the PipelineRun; its `finally` tasks still run. What comes of it is told by the PipelineRun. */
@Injectable()
export class RequestCancellation implements Step {
  constructor(private readonly pipelineRuns: PipelineRuns) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    if (execution.spec.cancelRequested !== true) return { kind: 'next', execution };
    const pipelineRun = await this.pipelineRuns.find(execution, signal);
    const isRunning = pipelineRun !== undefined && readOutcome(pipelineRun).state === 'running';
    if (isRunning && !isBeingCancelled(pipelineRun)) await this.pipelineRuns.cancel(pipelineRun, signal);
    return { kind: 'next', execution };
  }
}
