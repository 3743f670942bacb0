import { pipelineRunPending, type PipelineRun } from '../../tekton/pipeline-run.ts';
import type { TaskPod } from '../../tekton/task-pod.ts';
import { stepsMayHaveRun } from '../../tekton/run-activity.ts';
import { isFinished, type TaskRun } from '../../tekton/task-run.ts';
import type { Failure, WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import type { Observation } from '../../workflow-execution/observation.ts';
import { redactorFor } from '../../workflow-execution/redact.ts';
import { redactResults } from '../../workflow-execution/results.ts';
import { isEndNotRecorded, isStartDeadlineExceeded, startDeadlineExceeded } from '../../workflow-execution/status.ts';
import { observeEnd, observeRunning } from './observe-pipeline-run.ts';

/**
 * Observes a PipelineRun that was kept pending for longer than the start deadline. The status records this before the
 * PipelineRun is cancelled: it distinguishes the end that Tekton then records from a requested cancellation.
 */
export function observeStartDeadlineExceeded(pipelineRun: PipelineRun, deadlineMs: number): Observation {
  const { name } = pipelineRun.metadata;
  return {
    ...observeRunning(pipelineRun),
    cancelling: undefined,
    waiting: startDeadlineExceeded,
    message: `PipelineRun ${name} was kept ${pipelineRunPending} for ${deadlineMs / 1_000} s. It is being cancelled.`,
  };
}

/** The failure of an execution whose PipelineRun was cancelled for that reason before any step started. */
function neverStarted({ metadata }: PipelineRun): Failure {
  const message =
    'Look at what keeps PipelineRuns waiting, such as a queue of Kueue, or raise WFE_START_DEADLINE. ' +
    `PipelineRun ${metadata.name} was cancelled because its spec.status ${pipelineRunPending} was not cleared in time; ` +
    'no step has run.';
  return { reason: 'DeadlineExceeded', message, wasExecutionFailure: false };
}

/** Observes a run whose end Tekton does not record. The status records this before the PipelineRun is cancelled, as above. */
export function observeUnrecordedEnd(pipelineRun: PipelineRun, message: string): Observation {
  const running = { ...observeRunning(pipelineRun), cancelling: undefined };
  return { ...running, endNotRecorded: true, message: `${message} It is being cancelled.` };
}

/** Observes the end of a run of which nothing is alive. The service itself may have cancelled it at a deadline. */
export function observeAnyEnd(
  execution: WorkflowExecution,
  pipelineRun: PipelineRun,
  taskRuns: readonly TaskRun[],
  pods?: readonly TaskPod[],
): Observation {
  const { results } = pipelineRun.status;
  const end = {
    ...observeEnd(pipelineRun, taskRuns, redactorFor(execution.spec), pods),
    ...(results !== undefined && { results: redactResults(results, execution.spec) }),
  };
  const isCancelled = end.phase === 'Failed' && end.failure.reason === 'Cancelled';
  if (!isCancelled || execution.spec.cancelRequested === true) return end;
  if (isEndNotRecorded(execution)) return { ...end, ...givenUp(pipelineRun, taskRuns) };
  const hasNotStarted = isStartDeadlineExceeded(execution) && !end.failure.wasExecutionFailure;
  return hasNotStarted ? { ...end, failure: neverStarted(pipelineRun) } : end;
}

/** Observes a run of which nothing is alive and whose cancellation Tekton has not recorded. */
export function observeUnrecordedCancellation(pipelineRun: PipelineRun, taskRuns: readonly TaskRun[]): Observation {
  const { pipelineRun: reference, startTime } = observeRunning(pipelineRun);
  const { bundleDigest } = pipelineRun.status;
  return { pipelineRun: reference, startTime, bundleDigest, ...givenUp(pipelineRun, taskRuns) };
}

function givenUp(pipelineRun: PipelineRun, taskRuns: readonly TaskRun[]) {
  const { name } = pipelineRun.metadata;
  const message =
    `Look at the TaskRuns and pods of PipelineRun ${name}: Tekton did not record its end. It may be too large for the ` +
    'API server, or Tekton was not working. It was cancelled, so that nothing more of it starts.';
  // It is unknown what the pod of a TaskRun did whose end is not recorded.
  const wasExecutionFailure = stepsMayHaveRun(pipelineRun, taskRuns) || !taskRuns.every(isFinished);
  return { phase: 'Failed', failure: { reason: 'UnknownStatus', message, wasExecutionFailure } } as const;
}
