import { failedStepOf, type FailedTaskRun } from './failed-task-run.ts';
import { hasLiveSteps } from './run-activity.ts';
import { isPodOfTaskRun, type TaskPod } from './task-pod.ts';
import type { TaskRun } from './task-run.ts';

/**
 * Exit codes of a step that was ended by a signal: 255 of Tekton's entrypoint, 2 of the Go runtime while the entrypoint waits
 * for earlier steps, 143 of a shell that handles SIGTERM, and 137 of a killed container.
 */
const signalled: ReadonlySet<number | undefined> = new Set([255, 143, 137, 2]);

/** Whether a step was ended by a signal, so that only the pod shows if the task failed by itself. */
export function mayHaveLostPod(taskRun: TaskRun): boolean {
  return signalled.has(failedStepOf(taskRun)?.exitCode);
}

/**
 * The tasks that failed because they lost their pods. Tekton may start one of them again: it recreates the pod of a TaskRun if
 * its cache does not have the failure yet, and then overwrites the failure.
 *
 * @param pods of the run that still exist; undefined if they have not been listed
 */
export function tasksWithoutPod(taskRuns: readonly TaskRun[], pods: readonly TaskPod[] | undefined): TaskRun[] {
  return taskRuns.filter((taskRun) => podLossOf({ taskRun }, pods) !== undefined);
}

/** How a task lost its pod: `ended` with the cause, or `gone` if the pod no longer exists. */
export type PodLoss = { readonly kind: 'ended'; readonly how: string } | { readonly kind: 'gone' };

/**
 * How a failed task lost its pod; undefined if it failed by itself, or if that is unknown. Tekton only records an eviction by
 * the kubelet. Other components delete the pod, and Tekton records the exit code of the interrupted step. Tekton itself does
 * not delete the pod of a failed task.
 *
 * @param pods of the run that still exist; undefined if they have not been listed
 */
export function podLossOf(
  { taskRun, isRestarted = false }: Pick<FailedTaskRun, 'taskRun'> & Partial<FailedTaskRun>,
  pods: readonly TaskPod[] | undefined,
): PodLoss | undefined {
  if (taskRun.status.succeeded?.reason === 'PodEvicted') return { kind: 'ended', how: 'was evicted' };
  if (isRestarted) return { kind: 'ended', how: 'was deleted; Tekton replaced it, and the replacement was canceled' };
  if (pods === undefined || !mayHaveLostPod(taskRun)) return undefined;
  const pod = pods.find((one) => isPodOfLastTry(one, taskRun));
  if (pod === undefined || isReplacement(pod)) return { kind: 'gone' };
  const { disruption, metadata } = pod;
  if (disruption !== undefined) return { kind: 'ended', how: `was ended by Kubernetes, ${disruption}` };
  return metadata.deletionTimestamp === undefined ? undefined : { kind: 'ended', how: 'was deleted' };
}

function isPodOfLastTry(pod: TaskPod, taskRun: TaskRun): boolean {
  const { name = pod.metadata.name } = taskRun.status.pods.at(-1) ?? {};
  return isPodOfTaskRun(pod, taskRun) && pod.metadata.name === name;
}

/** Whether a pod replaces, under the same name, the one whose steps ended. */
function isReplacement(pod: TaskPod): boolean {
  return pod.metadata.deletionTimestamp === undefined && hasLiveSteps(pod);
}
