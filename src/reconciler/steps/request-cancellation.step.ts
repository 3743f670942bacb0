import { Injectable } from '@nestjs/common';
import { cancellationOf, readOutcome } from '../../tekton/pipeline-run.ts';
import { requestedCancelMode } from '../../workflow-execution/execution.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { PipelineRuns } from '../pipelinerun/pipeline-runs.ts';
import type { Step, StepOutcome } from './step.ts';

/** Asks Tekton to cancel the PipelineRun as was requested. What comes of it is told by the PipelineRun. */
@Injectable()
export class RequestCancellation implements Step {
  constructor(private readonly pipelineRuns: PipelineRuns) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    const requested = requestedCancelMode(execution);
    if (requested === undefined) return { kind: 'next', execution };
    const pipelineRun = await this.pipelineRuns.find(execution, signal);
    const isRunning = pipelineRun !== undefined && readOutcome(pipelineRun).state === 'running';
    if (!isRunning) return { kind: 'next', execution };
    const current = cancellationOf(pipelineRun);
    const isAsked = current === 'Immediate' || current === requested;
    if (!isAsked) await this.pipelineRuns.cancel(pipelineRun, requested, signal);
    return { kind: 'next', execution };
  }
}
