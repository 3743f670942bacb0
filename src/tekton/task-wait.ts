import { isPodOfTaskRun, type TaskPod } from './task-pod.ts';
import { isFinished, pipelineTaskOf, type TaskRun } from './task-run.ts';

/** What a task waits for before its first step begins. */
export interface TaskWait {
  /** A CamelCase word: `ExceededResourceQuota`, `Unschedulable`, `ImagePullFailed` or `PodPending`. */
  readonly reason: string;
  /** Name of the task in its pipeline. */
  readonly task: string;
  /** For people, such as `a node for its pod`. */
  readonly waitsFor: string;
  /** As Tekton, the scheduler or the kubelet says it; it may change while the reason does not. */
  readonly detail: string;
  /** When its TaskRun was created, in milliseconds since the epoch. */
  readonly since: number;
}

/** Reasons of containers whose image cannot be pulled (pkg/kubelet/images/types.go of Kubernetes). */
const imageReasons: ReadonlySet<string> = new Set([
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'ImageInspectError',
  'InvalidImageName',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);

/** Whether a task may wait for something, as far as its TaskRun says; its pod knows what for. */
export function mayWait(taskRun: TaskRun): boolean {
  return !isFinished(taskRun) && taskRun.status.succeeded?.reason !== 'Running';
}

/**
 * What a task waits for; undefined when a step has begun, or it has ended.
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
