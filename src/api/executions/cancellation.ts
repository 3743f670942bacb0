import { requestedCancelMode, isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import type { CancelMode, WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';

/**
 * What a wish to cancel an execution comes to: it is to be asked for; it is done already, or on its way; or the execution
 * has ended otherwise and nothing can be cancelled any more.
 */
export type Cancellation = 'request' | 'already' | 'too-late';

/** Decides on a wish to cancel; a wish that is repeated is granted like the first, and Immediate overrides Graceful. */
export function cancellationOf(execution: WorkflowExecution, mode: CancelMode): Cancellation {
  const { status } = execution;
  if (isTerminal(phaseOf(execution))) return status?.failure?.reason === 'Cancelled' ? 'already' : 'too-late';
  const requested = requestedCancelMode(execution);
  return requested === undefined || (requested === 'Graceful' && mode === 'Immediate') ? 'request' : 'already';
}
