import { isNewer } from '../../kubernetes/resource-version.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { isPaused } from '../../workflow-execution/status.ts';
import { phaseOf } from '../../workflow-execution/execution.ts';

/** The Pending executions in the order in which they start: of their creation, within a second of their last change. */
export function inStartOrder(executions: readonly WorkflowExecution[]): WorkflowExecution[] {
  return executions.filter((execution) => phaseOf(execution) === 'Pending').sort(compareStart);
}

/** Whether a paused execution precedes another one, and nothing but its turn keeps it from starting. */
export function precedes(
  paused: WorkflowExecution,
  other: WorkflowExecution,
  isPausedNow: (namespace: string) => boolean,
): boolean {
  const { namespace, deletionTimestamp } = paused.metadata;
  const mayStart = deletionTimestamp === undefined && phaseOf(paused) === 'Pending' && !isPausedNow(namespace);
  return mayStart && isPaused(paused) && compareStart(paused, other) < 0;
}

/**
 * The executions to reconcile after a paused one on their target has started or ended: the next paused one, or all others if
 * none is paused.
 */
export function nextInOrder(executions: readonly WorkflowExecution[]): readonly WorkflowExecution[] {
  const waiting = inStartOrder(executions);
  const [next] = waiting;
  return next !== undefined && isPaused(next) ? [next] : waiting;
}

function compareStart({ metadata: a }: WorkflowExecution, { metadata: b }: WorkflowExecution): number {
  if (a.creationTimestamp !== b.creationTimestamp) return a.creationTimestamp < b.creationTimestamp ? -1 : 1;
  if (a.resourceVersion === b.resourceVersion) return 0;
  return isNewer(b.resourceVersion, a.resourceVersion) ? -1 : 1;
}
