import type { Failure, FailureReason } from '../workflow-execution/generated/workflow-execution.ts';
import { findCulprit, type Culprit } from './culprit.ts';
import { advice, pipelineRunReasons, podLossAdvice, taskRunReasons, taskTimeoutAdvice } from './failure-reasons.ts';
import { cancellationOf, type PipelineRun } from './pipeline-run.ts';
import { readOutcome } from './read-outcome.ts';
import type { Redact } from '../workflow-execution/redact.ts';
import { podLossOf, type PodLoss } from './pod-loss.ts';
import type { StepPod } from './step-pod.ts';
import { stepsMayHaveRun } from './steps-run.ts';
import type { TaskRun } from './task-run.ts';

/**
 * Why a PipelineRun failed, told from the reasons and exit codes that Tekton recorded, never from words in its messages.
 * A reason that is not known is `Unknown`, with Tekton's message kept.
 *
 * @param pipelineRun a run whose outcome is `failed`
 * @param taskRuns all TaskRuns of it that still exist
 * @param redact of Tekton's message, which may quote parameters
 * @param pods of the run that still exist; undefined when nobody has looked, see {@link mayHaveLostPod}
 */
export function classifyFailure(
  pipelineRun: PipelineRun,
  taskRuns: readonly TaskRun[],
  redact: Redact,
  pods?: readonly StepPod[],
): Failure {
  const outcome = readOutcome(pipelineRun);
  const culprit = culpritOf(outcome.reason, findCulprit(pipelineRun, taskRuns));
  const reason = reasonOf(outcome.reason, culprit);
  const loss = reason === 'TaskFailed' ? culprit && podLossOf(culprit, pods) : undefined;
  const told = culprit?.taskRun.status.succeeded?.message ?? outcome.message;
  return {
    reason,
    message: [
      loss === undefined ? adviceOn(reason, outcome.reason) : podLossAdvice,
      headline(reason, outcome.reason, culprit, loss),
      without(pipelineRun, reason),
      quoted(redact(told)),
    ]
      .filter(Boolean)
      .join(' '),
    wasExecutionFailure: stepsMayHaveRun(pipelineRun, taskRuns),
    ...(culprit === undefined || reason === 'Cancelled' ? {} : { failedTask: culprit.failedTask }),
  };
}

/** Reasons of a PipelineRun that has failed because a task was cancelled; with all others it was cancelled afterwards. */
const cancelReasons: ReadonlySet<string> = new Set(['Failed', 'Cancelled', 'PipelineRunTimeout']);

function culpritOf(pipelineRunReason: string, culprit: Culprit | undefined): Culprit | undefined {
  return culprit?.isCancelled && !cancelReasons.has(pipelineRunReason) ? undefined : culprit;
}

/** Reasons that Tekton gives a PipelineRun once its tasks have ended, also when one of them has failed. */
const reasonsAfterTasks: ReadonlySet<string> = new Set(['CouldntGetPipelineResult']);

function reasonOf(pipelineRunReason: string, culprit: Culprit | undefined): FailureReason {
  if (culprit !== undefined && reasonsAfterTasks.has(pipelineRunReason)) return reasonOfTask(culprit);
  const told = pipelineRunReasons[pipelineRunReason];
  if (told === 'DeadlineExceeded' && culprit?.lackedResources) return 'ResourceExhausted';
  return told ?? (culprit === undefined ? 'Unknown' : reasonOfTask(culprit));
}

function reasonOfTask(culprit: Culprit): FailureReason {
  const { taskRun, step } = culprit;
  if (culprit.isRestarted) return 'TaskFailed';
  if (culprit.lackedResources) return 'ResourceExhausted';
  if (taskRun.status.steps.some(({ terminatedReason }) => terminatedReason === 'OOMKilled')) return 'OOMKilled';
  const told = taskRunReasons[taskRun.status.succeeded?.reason ?? ''];
  return told ?? (step?.exitCode === undefined ? 'Unknown' : 'TaskFailed');
}

function headline(
  reason: FailureReason,
  tektonReason: string,
  culprit: Culprit | undefined,
  loss: PodLoss | undefined,
): string {
  if (culprit === undefined || reason === 'Cancelled') return `The PipelineRun ended as ${tektonReason || 'failed'}.`;
  const { name, stepName, exitCode } = culprit.failedTask;
  if (loss?.kind === 'ended') return `Task "${name}" failed because its pod ${loss.how} (${reason}).`;
  const step = stepName === undefined ? '' : ` at step "${stepName}"`;
  const code = exitCode === undefined ? '' : ` with exit code ${exitCode}`;
  const gone = loss === undefined ? '' : ', and its pod has been deleted';
  return `Task "${name}" failed${step}${code}${gone} (${reason}).`;
}

function adviceOn(reason: FailureReason, tektonReason: string): string {
  const hasTimeLeft = reason === 'DeadlineExceeded' && pipelineRunReasons[tektonReason] !== reason;
  return hasTimeLeft ? taskTimeoutAdvice : advice[reason];
}

function without(pipelineRun: PipelineRun, reason: FailureReason): string {
  const isImmediate = reason === 'Cancelled' && cancellationOf(pipelineRun) === 'Immediate';
  return isImmediate ? 'Its finally tasks were not run to their end.' : '';
}

function quoted(message: string): string {
  return message === '' ? '' : `Tekton says: ${message}`;
}
