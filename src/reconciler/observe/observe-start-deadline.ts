import { pipelineRunPending, type PipelineRun } from '../../tekton/pipeline-run.ts';
import type { Failure } from '../../workflow-execution/generated/workflow-execution.ts';
import type { Observation } from '../../workflow-execution/observation.ts';
import { startDeadlineExceeded } from '../../workflow-execution/status.ts';
import { observeRunning } from './observe-pipeline-run.ts';

/**
 * Observes a PipelineRun that was kept pending for longer than the start deadline. The status says so before the PipelineRun
 * is cancelled: this tells the end that Tekton then records from a cancellation that somebody asked for.
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

/** The failure of an execution whose PipelineRun was cancelled because of that, before any step started. */
export function neverStarted({ metadata }: PipelineRun): Failure {
  const message =
    'Look at what keeps PipelineRuns waiting, such as a queue of Kueue, or raise WFE_START_DEADLINE. ' +
    `PipelineRun ${metadata.name} was cancelled because its spec.status ${pipelineRunPending} was not cleared in time; ` +
    'no step has run.';
  return { reason: 'DeadlineExceeded', message, wasExecutionFailure: false };
}
