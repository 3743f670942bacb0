import type {
  CancelMode,
  Failure,
  Phase,
  WorkflowExecution,
  WorkflowExecutionSpec,
} from './generated/workflow-execution.ts';
import { ownAnnotations } from './metadata.ts';
import { redactorFor } from './redact.ts';

/** All phases, in the order in which an execution can reach them. */
export const allPhases: readonly Phase[] = ['Pending', 'Running', 'Completed', 'Failed', 'Skipped'];

const terminal: ReadonlySet<Phase> = new Set(['Completed', 'Failed', 'Skipped']);

/** The phase of an execution; Pending until the controller has written a status. */
export function phaseOf(execution: { readonly status?: { readonly phase?: Phase } }): Phase {
  return execution.status?.phase ?? 'Pending';
}

/** Whether a phase is final. */
export function isTerminal(phase: Phase): boolean {
  return terminal.has(phase);
}

/** Whether nothing is left to do for an execution until it is deleted. */
export function isSettled({ status }: WorkflowExecution): boolean {
  return status?.settled === true;
}

export const allCancelModes: readonly CancelMode[] = ['Graceful', 'Immediate'];

/** The cancel mode that the spec requests; undefined if no cancellation is requested. */
export function requestedCancelMode({ spec }: WorkflowExecution): CancelMode | undefined {
  return spec.cancelRequested === true ? (spec.cancelMode ?? 'Graceful') : undefined;
}

/** Username of the caller who requested the cancellation, or last made it immediate; undefined if unknown. */
export function cancelRequestedBy({ metadata: { annotations } }: WorkflowExecution): string | undefined {
  return annotations?.[ownAnnotations.immediateCancelRequestedBy] ?? annotations?.[ownAnnotations.cancelRequestedBy];
}

/** Why an execution overrides the cooldown of its target, without secrets; undefined if the cooldown applies to it. */
export function overrideReasonOf({ spec }: Pick<WorkflowExecution, 'spec'>): string | undefined {
  const { overrideCooldownReason } = spec;
  return overrideCooldownReason === undefined ? undefined : redactorFor(spec)(overrideCooldownReason);
}

/** The failure of an execution that is deleted before it has ended. */
export function deletionFailure({ status }: WorkflowExecution): Failure {
  const hasRun = status?.pipelineRunRef !== undefined;
  const message = `The execution was deleted before it had ${hasRun ? 'ended' : 'run'}`;
  return { reason: 'Cancelled', message, wasExecutionFailure: hasRun };
}

/** ServiceAccount of an execution that names none; the CRD has the same default. */
const defaultServiceAccount = 'workflow-execution-sa';

/** Name of the ServiceAccount that the pods of an execution run as. */
export function serviceAccountOf({ executionConfig }: Pick<WorkflowExecutionSpec, 'executionConfig'>): string {
  return executionConfig?.serviceAccountName ?? defaultServiceAccount;
}

/** What identifies an execution. */
export interface NamedExecution {
  readonly namespace?: string;
  readonly name: string;
  /** Unknown if a call names an execution that has not been looked up. */
  readonly uid?: string;
}

/** The log fields of an execution. */
export function logFields({ namespace, name, uid }: NamedExecution) {
  return { execution: namespace === undefined ? name : `${namespace}/${name}`, uid };
}
