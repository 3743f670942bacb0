import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import type { Step, StepOutcome } from './step.ts';

/**
 * Two steps at the same time, on the same execution. The first may change it; the second decides on what it was given and
 * does something that is harmless for an execution that has changed or gone meanwhile. The pass goes on with what the first
 * has made of the execution, and ends with what the second knows.
 */
export class Parallel implements Step {
  constructor(
    private readonly changing: Step,
    private readonly deciding: Step,
  ) {}

  /** Comes to an end when both have: nothing of a pass is under way any more when it is over. */
  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    const [change, decision] = await Promise.allSettled([
      this.changing.run(execution, signal),
      this.deciding.run(execution, signal),
    ]);
    if (change.status === 'rejected') throw change.reason;
    if (decision.status === 'rejected') throw decision.reason;
    if (change.value.kind !== 'next' || decision.value.kind === 'next') return change.value;
    return decision.value.kind === 'observed' ? { ...decision.value, on: change.value.execution } : decision.value;
  }
}
