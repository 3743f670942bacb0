import type { Culprit } from './culprit.ts';
import { isPodOfTaskRun, type StepPod } from './step-pod.ts';

/**
 * Exit codes of a step that was ended by a signal: 255 is what Tekton's entrypoint makes of that, the others are those of a
 * shell that handles SIGTERM and of a container that is killed.
 */
const signalled: ReadonlySet<number | undefined> = new Set([255, 143, 137]);

/** Whether only the pod can tell if a task failed by itself: its step was ended by a signal. */
export function mayHaveLostPod({ step }: Pick<Culprit, 'step'>): boolean {
  return signalled.has(step?.exitCode);
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
  { taskRun, step }: Pick<Culprit, 'taskRun' | 'step'>,
  pods: readonly StepPod[] | undefined,
): PodLoss | undefined {
  if (taskRun.status.succeeded?.reason === 'PodEvicted') return { kind: 'ended', how: 'was evicted' };
  if (pods === undefined || !mayHaveLostPod({ step })) return undefined;
  const pod = pods.find((one) => isPodOfTaskRun(one, taskRun));
  if (pod === undefined) return { kind: 'gone' };
  const { disruption, metadata } = pod;
  if (disruption !== undefined) return { kind: 'ended', how: `was ended by Kubernetes, ${disruption}` };
  return metadata.deletionTimestamp === undefined ? undefined : { kind: 'ended', how: 'was deleted' };
}
