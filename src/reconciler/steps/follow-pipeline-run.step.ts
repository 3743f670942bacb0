import { Injectable } from '@nestjs/common';
import { readOutcome } from '../../tekton/read-outcome.ts';
import type { PipelineRun } from '../../tekton/pipeline-run.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { observeMissingPipelineRun, observePipelineRun } from '../observe-pipeline-run.ts';
import { PipelineRuns } from '../pipeline-runs.ts';
import type { Step, StepOutcome } from './step.ts';

/** Tells how the PipelineRun of a Running execution stands. TaskRuns are read only to say why it failed. */
@Injectable()
export class FollowPipelineRun implements Step {
  constructor(private readonly pipelineRuns: PipelineRuns) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    const pipelineRun = await this.pipelineRuns.find(execution, signal);
    const taskRuns = isWell(pipelineRun) ? [] : await this.pipelineRuns.taskRuns(execution, signal);
    const observation =
      pipelineRun === undefined
        ? observeMissingPipelineRun(execution, taskRuns)
        : observePipelineRun(pipelineRun, taskRuns);
    return { kind: 'observed', observation };
  }
}

function isWell(pipelineRun: PipelineRun | undefined): boolean {
  if (pipelineRun === undefined) return false;
  const { state } = readOutcome(pipelineRun);
  return state === 'running' || state === 'succeeded';
}
