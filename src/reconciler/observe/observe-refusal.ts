import { ForbiddenError, InvalidError, type KubernetesError } from '../../kubernetes/errors.ts';
import { advice } from '../../tekton/failure-reasons.ts';
import type { FailureReason, WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { sentence } from '../../workflow-execution/text.ts';
import type { Observation } from '../../workflow-execution/observation.ts';

/**
 * Observes an execution whose PipelineRun could not be created. A permanent error (the PipelineRun violates a rule that does
 * not change by itself): Failed. A temporary one (rights, quota, a terminating namespace, too many requests, server errors,
 * network): still Pending, to be retried.
 */
export function observeRefusal(error: KubernetesError): Observation {
  if (isPermanent(error)) {
    const message = `${advice.ConfigurationError} The API server refused the PipelineRun: ${sentence(error.message)}`;
    return { phase: 'Failed', failure: { reason: 'ConfigurationError', message, wasExecutionFailure: false } };
  }
  return { phase: 'Pending', reason: error.code, message: `The PipelineRun cannot be created now: ${error.message}` };
}

/** Observes an execution whose end waits because its PipelineRun may still be created. */
export function observeUnconfirmed(): Observation {
  const message =
    'Waiting before it ends: a request to create its PipelineRun may still take effect, although it had no answer.';
  return { phase: 'Pending', reason: 'StartUnconfirmed', message, keepsRefusal: true };
}

/** Why an execution is still Pending. */
export interface Refusal {
  /** Time of the first refusal, in milliseconds since the epoch. */
  readonly since: number;
  /** Of the last refusal, as in the conditions. */
  readonly reason: string;
  readonly message: string;
}

/** What has kept an execution from starting, according to its status; undefined if nothing has. */
export function refusalOf({ status }: WorkflowExecution): Refusal | undefined {
  const condition = status?.conditions?.find(({ type }) => type === 'PipelineRunCreated');
  if (condition?.status !== 'False') return undefined;
  const { lastTransitionTime, reason, message } = condition;
  return { since: Date.parse(lastTransitionTime), reason, message };
}

/** Observes an execution that could not be started within the start deadline. */
export function observeStartDeadline({ reason, message }: Refusal, deadlineMs: number): Observation {
  const failed: FailureReason = reason === 'Forbidden' ? 'Forbidden' : 'Unknown';
  const fact = `Not started within ${deadlineMs / 1_000} s; nothing was created, and nothing ran.`;
  const next = failed === 'Forbidden' ? advice.Forbidden : 'Create the execution again when that is solved.';
  return {
    phase: 'Failed',
    failure: { reason: failed, message: `${next} ${fact} ${sentence(message)}`, wasExecutionFailure: false },
  };
}

/** Other client errors, such as 413 (too large), are permanent as well: the same request gets the same answer. */
function isPermanent(error: KubernetesError): boolean {
  if (error instanceof InvalidError) return true;
  if (error instanceof ForbiddenError) return error.isAdmissionDenial;
  const { code, status = 0 } = error;
  return code === 'Unknown' && status >= 400 && status < 500;
}
