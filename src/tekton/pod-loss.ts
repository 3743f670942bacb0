import { failedStepOf, type FailedTaskRun } from './failed-task-run.ts';
import { hasLiveSteps } from './run-activity.ts';
import { isPodOfTaskRun, type TaskPod } from './task-pod.ts';
import type { TaskRun } from './task-run.ts';

/**
 * Exit codes of a step that was ended by a signal: 255 is what Tekton's entrypoint makes of that, and 2 what the Go runtime
 * makes of it while the entrypoint waits for the step's turn; the others are those of a shell that handles SIGTERM and of a
 * container that is killed.
 */
const signalled: ReadonlySet<number | undefined> = new Set([255, 143, 137, 2]);

/** Whether only the pod can tell if a task failed by itself: its step was ended by a signal. */
export function mayHaveLostPod(taskRun: TaskRun): boolean {
  return signalled.has(failedStepOf(taskRun)?.exitCode);
}

/**
 * The tasks that failed because they lost their pods. Tekton may still start one of them again: it creates the pod of a TaskRun
 * anew while it does not see yet that this has failed, and then takes the failure back.
 *
 * @param pods of the run that still exist; undefined when nobody has looked
 */
export function tasksWithoutPod(taskRuns: readonly TaskRun[], pods: readonly TaskPod[] | undefined): TaskRun[] {
  return taskRuns.filter((taskRun) => podLossOf({ taskRun }, pods) !== undefined);
}

/** What became of a pod before its task could end: `ended` by what the text says, or `gone`, so that nobody can tell. */
export type PodLoss = { readonly kind: 'ended'; readonly how: string } | { readonly kind: 'gone' };

/**
 * What became of the pod of a task that failed; undefined when the task failed by itself, or nobody has looked. Tekton tells only
 * of an eviction by the kubelet. Whoever else ends a pod deletes it, and Tekton records the exit code of the step that had
 * to stop. Tekton itself keeps the pod of a task that failed.
 *
 * @param pods of the run that still exist; undefined when nobody has looked
 */
export function podLossOf(
  { taskRun, isRestarted = false }: Pick<FailedTaskRun, 'taskRun'> & Partial<FailedTaskRun>,
  pods: readonly TaskPod[] | undefined,
): PodLoss | undefined {
  if (taskRun.status.succeeded?.reason === 'PodEvicted') return { kind: 'ended', how: 'was evicted' };
  if (isRestarted) return { kind: 'ended', how: 'was deleted; Tekton replaced it, and the replacement was cancelled' };
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

/** Whether a pod is not the one whose steps ended. It has the same name. */
function isReplacement(pod: TaskPod): boolean {
  return pod.metadata.deletionTimestamp === undefined && hasLiveSteps(pod);
}
