import { lackedResources } from './culprit.ts';
import type { PipelineRun } from './pipeline-run.ts';
import { taskRunResource, type TaskRun } from './task-run.ts';

/**
 * Whether a step of the workflow has started, so that the target may have been changed. It is denied only where that is
 * known: a child that no longer exists, or that is no TaskRun and cannot be looked into, counts as one that ran.
 *
 * @param taskRuns all TaskRuns of the PipelineRun that still exist
 */
export function stepsMayHaveRun({ status }: PipelineRun, taskRuns: readonly TaskRun[]): boolean {
  const known = new Set(taskRuns.map(({ metadata }) => metadata.name));
  const hidden = status.childReferences.some(({ kind, name }) => kind !== taskRunResource.kind || !known.has(name));
  return hidden || taskRuns.some((taskRun) => hasStartedSteps(taskRun) || wasEndedByTekton(taskRun));
}

/**
 * Whether Tekton ended a TaskRun by deleting its pod. It then records what it had seen of the steps last, and they may have
 * started since. A pod that never got the resources to run has not.
 */
function wasEndedByTekton(taskRun: TaskRun): boolean {
  const { succeeded, pods } = taskRun.status;
  return pods.length > 0 && endings.has(succeeded?.reason ?? '') && !lackedResources(taskRun);
}

const endings: ReadonlySet<string> = new Set(['TaskRunCancelled', 'TaskRunTimeout']);

/** Whether a step of a TaskRun has started, in its last try or an earlier one. */
export function hasStartedSteps({ status }: TaskRun): boolean {
  return [...status.steps, ...status.earlierSteps].some(({ started }) => started);
}
