import type { Failure, FailureReason } from '../workflow-execution/generated/workflow-execution.ts';
import { findFailedTaskRun, type FailedTaskRun } from './failed-task-run.ts';
import { advice, pipelineRunReasons, podLossAdvice, taskRunReasons, taskTimeoutAdvice } from './failure-reasons.ts';
import { cancellationOf, type PipelineRun, readOutcome } from './pipeline-run.ts';
import type { Redact } from '../workflow-execution/redact.ts';
import { podLossOf, type PodLoss } from './pod-loss.ts';
import type { TaskPod } from './task-pod.ts';
import { stepsMayHaveRun } from './run-activity.ts';
import type { TaskRun } from './task-run.ts';

/**
 * Classifies the failure of a PipelineRun by the reasons and exit codes that Tekton recorded, not by words of its messages. A
 * reason that is not in the tables is `Unknown`; the message is kept.
 *
 * @param pipelineRun a run with the outcome `failed`
 * @param taskRuns all existing TaskRuns of the run
 * @param redact for Tekton's message, which may quote parameters
 * @param pods of the run that still exist; undefined if they have not been listed, see {@link mayHaveLostPod}
 */
export function classifyFailure(
  pipelineRun: PipelineRun,
  taskRuns: readonly TaskRun[],
  redact: Redact,
  pods?: readonly TaskPod[],
): Failure {
  const outcome = readOutcome(pipelineRun);
  const failedTaskRun = causeOf(outcome.reason, findFailedTaskRun(pipelineRun, taskRuns));
  const reason = reasonOf(outcome.reason, failedTaskRun);
  const loss = reason === 'TaskFailed' ? failedTaskRun && podLossOf(failedTaskRun, pods) : undefined;
  const message = failedTaskRun?.taskRun.status.succeeded?.message ?? outcome.message;
  return {
    reason,
    message: [
      loss === undefined ? adviceOn(reason, outcome.reason) : podLossAdvice,
      headline(reason, outcome.reason, failedTaskRun, loss),
      finallyNote(pipelineRun, reason),
      quoted(redact(message)),
    ]
      .filter(Boolean)
      .join(' '),
    wasExecutionFailure: stepsMayHaveRun(pipelineRun, taskRuns),
    ...(failedTaskRun === undefined || reason === 'Cancelled' ? {} : { failedTask: failedTaskRun.failedTask }),
  };
}

/** Reasons of a PipelineRun that failed because a task was canceled; with others the task was canceled afterwards. */
const cancelReasons: ReadonlySet<string> = new Set(['Failed', 'Cancelled', 'PipelineRunTimeout']);

function causeOf(pipelineRunReason: string, failedTaskRun: FailedTaskRun | undefined): FailedTaskRun | undefined {
  return failedTaskRun?.isCancelled && !cancelReasons.has(pipelineRunReason) ? undefined : failedTaskRun;
}

/** Reasons that hide the failure of a task. */
const reasonsAfterTasks: ReadonlySet<string> = new Set(['CouldntGetPipelineResult']);

function reasonOf(pipelineRunReason: string, failedTaskRun: FailedTaskRun | undefined): FailureReason {
  if (failedTaskRun !== undefined && reasonsAfterTasks.has(pipelineRunReason)) return reasonOfTask(failedTaskRun);
  const known = pipelineRunReasons[pipelineRunReason];
  if (known === 'DeadlineExceeded' && failedTaskRun?.lackedResources) return 'ResourceExhausted';
  return known ?? (failedTaskRun === undefined ? 'Unknown' : reasonOfTask(failedTaskRun));
}

function reasonOfTask(failedTaskRun: FailedTaskRun): FailureReason {
  const { taskRun, step } = failedTaskRun;
  if (failedTaskRun.isRestarted) return 'TaskFailed';
  if (failedTaskRun.lackedResources) return 'ResourceExhausted';
  if (taskRun.status.steps.some(({ terminatedReason }) => terminatedReason === 'OOMKilled')) return 'OOMKilled';
  const known = taskRunReasons[taskRun.status.succeeded?.reason ?? ''];
  return known ?? (step?.exitCode === undefined ? 'Unknown' : 'TaskFailed');
}

function headline(
  reason: FailureReason,
  tektonReason: string,
  failedTaskRun: FailedTaskRun | undefined,
  loss: PodLoss | undefined,
): string {
  if (failedTaskRun === undefined || reason === 'Cancelled')
    return `The PipelineRun ended as ${tektonReason || 'failed'}.`;
  const { name, stepName, exitCode } = failedTaskRun.failedTask;
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

function finallyNote(pipelineRun: PipelineRun, reason: FailureReason): string {
  const isImmediate = reason === 'Cancelled' && cancellationOf(pipelineRun) === 'Immediate';
  return isImmediate ? 'Its finally tasks were not run to their end.' : '';
}

function quoted(message: string): string {
  return message === '' ? '' : `Tekton says: ${message}`;
}
