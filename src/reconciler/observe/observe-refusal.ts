import { ForbiddenError, InvalidError, type KubernetesError } from '../../kubernetes/errors.ts';
import { advice } from '../../tekton/failure-reasons.ts';
import type { FailureReason, WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { sentence } from '../../workflow-execution/text.ts';
import type { Observation } from '../../workflow-execution/observation.ts';

/**
 * How an execution stands whose PipelineRun the API server did not take. Refused for good (the PipelineRun breaks a rule
 * that does not change by itself): Failed. Refused for now (rights, quota, a namespace that goes, too many requests, the
 * server in trouble or not to be reached): still Pending, and it is tried again.
 */
export function observeRefusal(error: KubernetesError): Observation {
  if (isForGood(error)) {
    const message = `${advice.ConfigurationError} The API server refused the PipelineRun: ${sentence(error.message)}`;
    return { phase: 'Failed', failure: { reason: 'ConfigurationError', message, wasExecutionFailure: false } };
  }
  return { phase: 'Pending', reason: error.code, message: `The PipelineRun can not be created now: ${error.message}` };
}

/** Why an execution is still Pending. */
export interface Refusal {
  /** When it was refused for the first time, in milliseconds since the epoch. */
  readonly since: number;
  /** Of the last refusal, as the conditions say it. */
  readonly reason: string;
  readonly message: string;
}

/** What has kept an execution from being started so far, as its status says; undefined when nothing has. */
export function refusalOf({ status }: WorkflowExecution): Refusal | undefined {
  const condition = status?.conditions?.find(({ type }) => type === 'PipelineRunCreated');
  if (condition?.status !== 'False') return undefined;
  const { lastTransitionTime, reason, message } = condition;
  return { since: Date.parse(lastTransitionTime), reason, message };
}

/** How an execution stands that could not be started for too long. */
export function observeStartDeadline({ reason, message }: Refusal, deadlineMs: number): Observation {
  const failed: FailureReason = reason === 'Forbidden' ? 'Forbidden' : 'Unknown';
  const told = `Not started within ${deadlineMs / 1_000} s; nothing was created, and nothing ran.`;
  const next = failed === 'Forbidden' ? advice.Forbidden : 'Create the execution anew when that is solved.';
  return {
    phase: 'Failed',
    failure: { reason: failed, message: `${next} ${told} ${sentence(message)}`, wasExecutionFailure: false },
  };
}

/** Client errors that have no meaning of their own, such as 413 (too large): the same request gets the same answer. */
function isForGood(error: KubernetesError): boolean {
  if (error instanceof InvalidError) return true;
  if (error instanceof ForbiddenError) return error.isAdmissionDenial;
  const { code, status = 0 } = error;
  return code === 'Unknown' && status >= 400 && status < 500;
}
