import { Injectable } from '@nestjs/common';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { isGenerationObserved, withObservedGeneration } from '../../workflow-execution/status.ts';
import { Executions } from '../executions/executions.ts';
import type { Step, StepOutcome } from './step.ts';

/** Acknowledges a change to the spec of a finished execution, such as a cancellation that came too late. */
@Injectable()
export class ObserveGeneration implements Step {
  constructor(private readonly executions: Executions) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    if (isGenerationObserved(execution)) return { kind: 'next', execution };
    const written = await this.executions.writeStatus(execution, withObservedGeneration(execution), signal);
    return written === 'outdated' ? { kind: 'outdated' } : { kind: 'next', execution: written };
  }
}
