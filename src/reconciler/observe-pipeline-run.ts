import { classifyFailure } from '../tekton/classify-failure.ts';
import { advice } from '../tekton/failure-reasons.ts';
import { isBeingCancelled, type PipelineRun } from '../tekton/pipeline-run.ts';
import { readOutcome } from '../tekton/read-outcome.ts';
import { hasStartedSteps, stepsMayHaveRun } from '../tekton/steps-run.ts';
import type { TaskRun } from '../tekton/task-run.ts';
import type { PipelineRunRef, WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import type { Observation } from '../workflow-execution/observation.ts';

/** How an execution stands whose PipelineRun exists. The TaskRuns are only needed when the run has failed. */
export function observePipelineRun(pipelineRun: PipelineRun, taskRuns: readonly TaskRun[]): Observation {
  const { state, startTime, completionTime, message } = readOutcome(pipelineRun);
  const told = { pipelineRun: referenceTo(pipelineRun), startTime };
  const { name } = pipelineRun.metadata;
  switch (state) {
    case 'running':
      return { phase: 'Running', ...told, ...progressOf(pipelineRun) };
    case 'succeeded':
      return { phase: 'Completed', ...told, completionTime, message: `PipelineRun ${name} succeeded. ${message}` };
    case 'failed':
      return { phase: 'Failed', ...told, completionTime, failure: classifyFailure(pipelineRun, taskRuns) };
    case 'unknown': {
      const reason = 'UnknownStatus';
      const wasExecutionFailure = stepsMayHaveRun(pipelineRun, taskRuns);
      const failure = { reason, message: `${advice[reason]} It is ${name}.`, wasExecutionFailure } as const;
      return { phase: 'Failed', ...told, completionTime, failure };
    }
  }
}

/**
 * How a Running execution stands whose PipelineRun is gone. What it had done went with it: unless Tekton is known not to
 * have started it, steps may have run.
 *
 * @param taskRuns those that have outlived it for a moment
 */
export function observeMissingPipelineRun(execution: WorkflowExecution, taskRuns: readonly TaskRun[]): Observation {
  const { pipelineRunRef, startTime } = execution.status ?? {};
  const wasExecutionFailure = startTime !== undefined || taskRuns.some(hasStartedSteps);
  const [reason, what] =
    pipelineRunRef === undefined
      ? (['MissingPipelineRun', 'The status says Running, but there is no PipelineRun of this execution.'] as const)
      : (['PipelineRunDeleted', `PipelineRun ${pipelineRunRef.name} was deleted before it ended.`] as const);
  return { phase: 'Failed', failure: { reason, message: `${what} ${advice[reason]}`, wasExecutionFailure } };
}

/**
 * How an execution stands whose name for a PipelineRun is taken by one of somebody else.
 *
 * @param why it is not of this execution, the rest of a sentence that begins with its name
 */
export function observeConflict(other: PipelineRun, why = 'is not of this execution'): Observation {
  const reason = 'PipelineRunConflict';
  const message = `PipelineRun ${other.metadata.name} exists and ${why}. ${advice[reason]}`;
  return { phase: 'Failed', failure: { reason, message, wasExecutionFailure: false } };
}

/** How an execution stands whose PipelineRun has just been created, or found after an earlier try had created it. */
export function observeStart(pipelineRun: PipelineRun, begun: 'created' | 'adopted'): Observation {
  const { startTime } = pipelineRun.status;
  const reference = referenceTo(pipelineRun);
  return { phase: 'Running', pipelineRun: reference, startTime, begun, ...progressOf(pipelineRun) };
}

function referenceTo({ apiVersion, kind, metadata }: PipelineRun): PipelineRunRef {
  return { apiVersion, kind, name: metadata.name, namespace: metadata.namespace ?? '', uid: metadata.uid };
}

function progressOf(pipelineRun: PipelineRun): { readonly message: string; readonly isBeingCancelled?: true } {
  const { name } = pipelineRun.metadata;
  if (isBeingCancelled(pipelineRun)) {
    return { message: `PipelineRun ${name} is being cancelled`, isBeingCancelled: true };
  }
  const isStarted = pipelineRun.status.startTime !== undefined;
  return { message: isStarted ? `PipelineRun ${name} is running` : `PipelineRun ${name} waits for Tekton to start it` };
}
