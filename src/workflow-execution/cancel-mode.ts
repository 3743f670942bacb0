import { ownAnnotations } from './annotations.ts';
import type { CancelMode, WorkflowExecution } from './generated/workflow-execution.ts';

/** Every way to cancel an execution. */
export const allCancelModes: readonly CancelMode[] = ['Graceful', 'Immediate'];

/** How an execution is to be cancelled; undefined when nobody has asked for it. */
export function requestedCancelMode({ spec }: WorkflowExecution): CancelMode | undefined {
  return spec.cancelRequested === true ? (spec.cancelMode ?? 'Graceful') : undefined;
}

/** Username of the verified caller that asked for the cancellation, or last made it immediate; undefined when not known. */
export function cancelRequestedBy({ metadata: { annotations } }: WorkflowExecution): string | undefined {
  return annotations?.[ownAnnotations.immediateCancelRequestedBy] ?? annotations?.[ownAnnotations.cancelRequestedBy];
}
