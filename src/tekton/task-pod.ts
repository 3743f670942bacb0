import { arrayOf, isRecord, recordOf, stringOf } from '../kubernetes/json.ts';
import { controllerOf, type KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import type { ResourceType } from '../kubernetes/resource-type.ts';
import { isTaskRunReference, parseMetadata, timeOf } from './tekton-object.ts';
import { taskRunLabels, type TaskRun } from './task-run.ts';

/** Whether the container of a step has something to show: `never` is one that was not started and will not be. */
export type ContainerState = 'waiting' | 'running' | 'ended' | 'never';

/** A step, as its pod has it. */
export interface StepContainer {
  /** Name of the step; Tekton calls one without a name `unnamed-1`. */
  readonly step: string;
  /** Name of its container. */
  readonly container: string;
  readonly state: ContainerState;
  /** When it ended, by the clock of its node; absent unless it has. */
  readonly finishedAt?: string;
}

/** Why no step of a pod has begun yet, in the words of the scheduler or the kubelet. */
export interface PodWait {
  /** A CamelCase word, such as `Unschedulable` or `ImagePullBackOff`. */
  readonly reason: string;
  readonly message: string;
}

/** A pod that runs the steps of a task, one after another, as its kubelet tells of it. */
export interface TaskPod extends KubernetesObject {
  /** Name of the task in its pipeline. */
  readonly task: string;
  /** UID of the TaskRun that controls it; absent when none does. */
  readonly taskRunUid?: string;
  /** When its kubelet took it up, by the clock of its node: no step has written anything before. */
  readonly startTime?: string;
  /** Whether Tekton has let its first step begin. */
  readonly isReady: boolean;
  /** In the order in which they run; sidecars are none. */
  readonly steps: readonly StepContainer[];
  /** What it waits for; absent when nothing says so. */
  readonly waiting?: PodWait;
  /** Why Kubernetes ends it, such as `EvictionByEvictionAPI`; absent when it does not. */
  readonly disruption?: string;
}

/** The core resource Pod, with a parser that keeps what is read of the pods of tasks. */
export const taskPodResource = {
  group: '',
  version: 'v1',
  plural: 'pods',
  kind: 'Pod',
  namespaced: true,
  parse: parseTaskPod,
} as const satisfies ResourceType<TaskPod>;

/** Tekton annotates a pod with this once its first step may begin. */
const readyAnnotation = 'tekton.dev/ready';

/** Tekton puts this before the name of a step (https://tekton.dev/docs/pipelines/tasks/#defining-steps). */
const stepPrefix = 'step-';

/**
 * A pod from JSON that came from outside. What makes no sense in its status counts as not there.
 *
 * @throws InvalidObjectError when it has no name, UID or resource version
 */
export function parseTaskPod(raw: unknown): TaskPod {
  const { spec, status } = recordOf(raw);
  const metadata = parseMetadata(raw, taskPodResource.kind);
  const { containerStatuses, phase, startTime } = recordOf(status);
  const states = new Map(arrayOf(containerStatuses).map((state) => [stringOf(recordOf(state)['name']), state]));
  const isOver = phase === 'Succeeded' || phase === 'Failed';
  const owner = controllerOf({ metadata });
  return {
    apiVersion: taskPodResource.version,
    kind: taskPodResource.kind,
    metadata,
    task: metadata.labels?.[taskRunLabels.pipelineTask] ?? metadata.name,
    taskRunUid: owner !== undefined && isTaskRunReference(owner) ? owner.uid : undefined,
    startTime: timeOf(startTime),
    isReady: recordOf(recordOf(recordOf(raw)['metadata'])['annotations'])[readyAnnotation] === 'READY',
    steps: arrayOf(recordOf(spec)['containers']).flatMap((container) => {
      const name = stringOf(recordOf(container)['name']);
      if (!name?.startsWith(stepPrefix)) return [];
      const status = states.get(name);
      const step = { step: name.slice(stepPrefix.length), container: name };
      return [{ ...step, state: stateOf(status, isOver), finishedAt: finishedAtOf(status) }];
    }),
    waiting: schedulingWait(status) ?? containerWait(status),
    disruption: disruptionOf(status),
  };
}

/**
 * Whether a pod is the one of a TaskRun, or of one of its tries: the TaskRun controls it, or Tekton has recorded its name in the
 * status of the TaskRun. When a TaskRun is deleted and its pod is not, Tekton creates the TaskRun again and gives it that pod.
 */
export function isPodOfTaskRun(
  { metadata, taskRunUid }: TaskPod,
  { metadata: { uid }, status }: Pick<TaskRun, 'metadata' | 'status'>,
): boolean {
  return taskRunUid === uid || status.pods.some(({ name }) => name === metadata.name);
}

/** What Tekton puts after the name of a TaskRun to name its pods (pkg/pod/pod.go of Tekton v1.15). */
const podSuffix = /-pod(?:-retry\d+)?$/;
/** What takes the place of the end of a name that would be longer than 63 characters (`kmeta.ChildName` of knative.dev/pkg). */
const nameHash = /[0-9a-f]{32}$/;

/** Whether a pod has the name that Tekton gives to a pod of the TaskRun in its label. */
export function hasTektonPodName({ metadata: { name, labels } }: TaskPod): boolean {
  const taskRun = labels?.[taskRunLabels.taskRun];
  if (taskRun === undefined || !podSuffix.test(name)) return false;
  const stem = name.replace(podSuffix, '');
  return stem === taskRun || (nameHash.test(stem) && taskRun.startsWith(stem.replace(nameHash, '')));
}

/** Of the condition PodScheduled, which the scheduler sets to False. */
function schedulingWait(status: unknown): PodWait | undefined {
  return conditionOf(status, 'PodScheduled', 'False');
}

/** https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions */
function disruptionOf(status: unknown): string | undefined {
  return conditionOf(status, 'DisruptionTarget', 'True')?.reason;
}

function conditionOf(status: unknown, type: string, value: string): PodWait | undefined {
  const conditions = arrayOf(recordOf(status)['conditions']).map(recordOf);
  return waitOf(conditions.find((condition) => condition['type'] === type && condition['status'] === value));
}

/** Reasons of a container that waits for others, or for the kubelet, and not for what somebody has to mend. */
const inDueCourse: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);

/** Of the first container that waits, those of Tekton before the steps included. */
function containerWait(status: unknown): PodWait | undefined {
  const { initContainerStatuses, containerStatuses } = recordOf(status);
  return [...arrayOf(initContainerStatuses), ...arrayOf(containerStatuses)]
    .map((container) => waitOf(recordOf(recordOf(recordOf(container)['state'])['waiting'])))
    .find((wait) => wait !== undefined && !inDueCourse.has(wait.reason));
}

function waitOf(said: Readonly<Record<string, unknown>> = {}): PodWait | undefined {
  const reason = stringOf(said['reason']) ?? '';
  return reason === '' ? undefined : { reason, message: stringOf(said['message']) ?? '' };
}

function finishedAtOf(status: unknown): string | undefined {
  return timeOf(recordOf(recordOf(recordOf(status)['state'])['terminated'])['finishedAt']);
}

/** A container that was ended before it ran is `terminated` too, but has no ID: its log would be asked for in vain. */
function stateOf(status: unknown, isOver: boolean): ContainerState {
  const { running, terminated } = recordOf(recordOf(status)['state']);
  if (isRecord(terminated)) return stringOf(terminated['containerID']) ? 'ended' : 'never';
  if (isOver) return 'never';
  return isRecord(running) ? 'running' : 'waiting';
}
