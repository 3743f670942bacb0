import type { taskWaits } from '../workflow-execution/observation.ts';
import { isPodOfTaskRun, type TaskPod } from './task-pod.ts';
import { isFinished, pipelineTaskOf, type TaskRun } from './task-run.ts';

/** What a task waits for before its first step. */
export interface TaskWait {
  readonly reason: (typeof taskWaits)[number];
  /** Name of the task in its pipeline. */
  readonly task: string;
  /** For messages: `a node for its pod`. */
  readonly waitsFor: string;
  /** Message of Tekton, the scheduler or the kubelet; it may change while the reason does not. */
  readonly detail: string;
  /** Creation of the TaskRun, in milliseconds since the epoch. */
  readonly since: number;
}

/** Container reasons for images that cannot be pulled (pkg/kubelet/images/types.go of Kubernetes). */
const imageReasons: ReadonlySet<string> = new Set([
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'ImageInspectError',
  'InvalidImageName',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);

/** Whether a task may be waiting, according to its TaskRun; its pod shows what for. */
export function mayWait(taskRun: TaskRun): boolean {
  return !isFinished(taskRun) && taskRun.status.succeeded?.reason !== 'Running';
}

/**
 * What a task waits for; undefined once a step has started.
 *
 * @param pods of its run that still exist
 */
export function taskWaitOf(taskRun: TaskRun, pods: readonly TaskPod[]): TaskWait | undefined {
  if (!mayWait(taskRun)) return undefined;
  const pod = pods.find((one) => isPodOfTaskRun(one, taskRun));
  if (pod?.steps.some(({ state }) => state !== 'waiting')) return undefined;
  const since = Date.parse(taskRun.metadata.creationTimestamp);
  return { task: pipelineTaskOf(taskRun), since, ...causeOf(taskRun, pod) };
}

function causeOf({ status }: TaskRun, pod: TaskPod | undefined): Pick<TaskWait, 'reason' | 'waitsFor' | 'detail'> {
  const { reason, message = '' } = status.succeeded ?? {};
  if (reason === 'ExceededResourceQuota')
    return { reason, waitsFor: 'room in a quota of the namespace', detail: message };
  if (pod === undefined) return { reason: 'PodPending', waitsFor: 'Tekton to create its pod', detail: message };
  const { reason: cause = '', message: detail = '' } = pod.waiting ?? {};
  if (cause === 'Unschedulable') return { reason: cause, waitsFor: 'a node for its pod', detail };
  if (imageReasons.has(cause)) return { reason: 'ImagePullFailed', waitsFor: 'an image to be pulled', detail };
  return { reason: 'PodPending', waitsFor: 'its pod to start', detail: [cause, detail].filter(Boolean).join(': ') };
}
