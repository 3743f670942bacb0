import { ownAnnotations } from '../../workflow-execution/metadata.ts';
import type { CancelMode, WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf, requestedCancelMode } from '../../workflow-execution/execution.ts';
import { ApiError } from '../errors/api-error.ts';
import { affectedExecution } from '../resource/names.ts';

/**
 * What a cancel does: patch the execution, nothing because it is canceled or being canceled, or fail because it has
 * finished otherwise. A cancel is idempotent, and Immediate overrides Graceful.
 */
export function decideCancel(execution: WorkflowExecution, mode: CancelMode): 'patch' | 'nothing' | 'finished' {
  const { status } = execution;
  if (isTerminal(phaseOf(execution))) return status?.failure?.reason === 'Cancelled' ? 'nothing' : 'finished';
  const requested = requestedCancelMode(execution);
  return requested === undefined || (requested === 'Graceful' && mode === 'Immediate') ? 'patch' : 'nothing';
}

/**
 * The patch that requests a cancellation; it conflicts if the execution has changed since it was read.
 *
 * @param username of the caller, recorded for the audit trail; absent if callers are not authenticated
 */
export function cancelPatch({ metadata, spec }: WorkflowExecution, mode: CancelMode, username?: string): object {
  const { resourceVersion } = metadata;
  const isImmediate = mode === 'Immediate';
  // The first caller stays recorded when another one asks for the immediate mode.
  const callers = {
    ...(spec.cancelRequested === true ? {} : { [ownAnnotations.cancelRequestedBy]: username }),
    ...(isImmediate ? { [ownAnnotations.immediateCancelRequestedBy]: username } : {}),
  };
  return {
    metadata: { resourceVersion, annotations: username === undefined ? undefined : callers },
    spec: { cancelRequested: true, ...(isImmediate ? { cancelMode: mode } : {}) },
  };
}

/** The error of a cancel that comes too late. */
export function alreadyFinished(execution: WorkflowExecution): ApiError {
  const { name } = affectedExecution(execution.metadata);
  const phase = phaseOf(execution);
  return new ApiError('FailedPrecondition', `${name} has ended: it is ${phase}`, {
    precondition: {
      type: 'EXECUTION_FINISHED',
      subject: name,
      description: `It is ${phase}, and an execution that has ended cannot be canceled.`,
    },
  });
}
