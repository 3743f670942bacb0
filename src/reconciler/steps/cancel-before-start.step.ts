import { Injectable } from '@nestjs/common';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { PipelineRunAdoption } from '../pipelinerun/pipeline-run-adoption.ts';
import type { Step, StepOutcome } from './step.ts';

/**
 * Ends an execution that is cancelled before it has started. Pending says only that no PipelineRun has been written down:
 * an earlier try may have created one, and then the execution has to be started, so that it can be cancelled in order.
 */
@Injectable()
export class CancelBeforeStart implements Step {
  constructor(private readonly adoption: PipelineRunAdoption) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    if (execution.spec.cancelRequested !== true) return { kind: 'next', execution };
    const existing = await this.adoption.find(execution, signal);
    if (existing.kind === 'own' || existing.kind === 'different') return { kind: 'next', execution };
    const message = 'It was cancelled before it was started: nothing was created, and nothing ran.';
    const failure = { reason: 'Cancelled', message, wasExecutionFailure: false } as const;
    return { kind: 'observed', observation: { phase: 'Failed', failure } };
  }
}
