import { arrayOf, isRecord, recordOf, stringOf } from '../kubernetes/json.ts';
import { controllerOf, type KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import type { ResourceType } from '../kubernetes/resource-type.ts';
import { isTaskRunReference, parseMetadata, timeOf } from './tekton-object.ts';
import { taskRunLabels, type TaskRun } from './task-run.ts';

/** State of a step's container; `never` was not started and will not be. */
export type ContainerState = 'waiting' | 'running' | 'ended' | 'never';

/** A step in its pod. */
export interface StepContainer {
  /** Name of the step; Tekton's default is `unnamed-1`. */
  readonly step: string;
  readonly container: string;
  readonly state: ContainerState;
  /** When it ended, by the clock of its node; absent while it has not. */
  readonly finishedAt?: string;
}

/** Why a pod has not started, according to the scheduler or the kubelet. */
export interface PodWait {
  /** Such as `Unschedulable` or `ImagePullBackOff`. */
  readonly reason: string;
  readonly message: string;
}

/** The pod of a TaskRun, which runs its steps one after another. */
export interface TaskPod extends KubernetesObject {
  /** Name of the task in its pipeline. */
  readonly task: string;
  /** UID of the TaskRun that controls it; absent if none does. */
  readonly taskRunUid?: string;
  /** When its kubelet accepted it, by the clock of its node; there is no output from before. */
  readonly startTime?: string;
  /** Whether Tekton lets its first step start. */
  readonly isReady: boolean;
  /** In the order in which they run, without sidecars. */
  readonly steps: readonly StepContainer[];
  /** What it waits for; absent if that is unknown. */
  readonly waiting?: PodWait;
  /** Reason of its disruption, such as `EvictionByEvictionAPI`; absent if there is none. */
  readonly disruption?: string;
}

export const taskPodResource = {
  group: '',
  version: 'v1',
  plural: 'pods',
  kind: 'Pod',
  namespaced: true,
  parse: parseTaskPod,
} as const satisfies ResourceType<TaskPod>;

/** Annotation with which Tekton lets the first step start. */
const readyAnnotation = 'tekton.dev/ready';

/** Prefix of a step's container (https://tekton.dev/docs/pipelines/tasks/#defining-steps). */
const stepPrefix = 'step-';

/**
 * Parses a pod; invalid status fields count as absent.
 *
 * @throws InvalidObjectError without a name, UID or resource version
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
    waiting: conditionOf(status, 'PodScheduled', 'False') ?? containerWait(status),
    // https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions
    disruption: conditionOf(status, 'DisruptionTarget', 'True')?.reason,
  };
}

/**
 * Whether a pod belongs to any attempt of a TaskRun: the TaskRun controls it, or records its name in the status. If a TaskRun
 * is deleted without its pod, Tekton recreates the TaskRun and adopts the pod.
 */
export function isPodOfTaskRun(
  { metadata, taskRunUid }: TaskPod,
  { metadata: { uid }, status }: Pick<TaskRun, 'metadata' | 'status'>,
): boolean {
  return taskRunUid === uid || status.pods.some(({ name }) => name === metadata.name);
}

/** Suffix of a pod's name after the name of its TaskRun (pkg/pod/pod.go of Tekton v1.15). */
const podSuffix = /-pod(?:-retry\d+)?$/;
/** Replaces the end of a name of more than 63 characters (`kmeta.ChildName` of knative.dev/pkg). */
const nameHash = /[0-9a-f]{32}$/;

/** Whether a pod has the name that Tekton generates for the TaskRun in its label. */
export function hasTektonPodName({ metadata: { name, labels } }: TaskPod): boolean {
  const taskRun = labels?.[taskRunLabels.taskRun];
  if (taskRun === undefined || !podSuffix.test(name)) return false;
  const stem = name.replace(podSuffix, '');
  return stem === taskRun || (nameHash.test(stem) && taskRun.startsWith(stem.replace(nameHash, '')));
}

function conditionOf(status: unknown, type: string, value: string): PodWait | undefined {
  const conditions = arrayOf(recordOf(status)['conditions']).map(recordOf);
  return waitOf(conditions.find((condition) => condition['type'] === type && condition['status'] === value));
}

/** Reasons of a container that is starting normally. */
const starting: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);

/** From the first waiting container, Tekton's init containers included. */
function containerWait(status: unknown): PodWait | undefined {
  const { initContainerStatuses, containerStatuses } = recordOf(status);
  return [...arrayOf(initContainerStatuses), ...arrayOf(containerStatuses)]
    .map((container) => waitOf(recordOf(recordOf(recordOf(container)['state'])['waiting'])))
    .find((wait) => wait !== undefined && !starting.has(wait.reason));
}

function waitOf(said: Readonly<Record<string, unknown>> = {}): PodWait | undefined {
  const reason = stringOf(said['reason']) ?? '';
  return reason === '' ? undefined : { reason, message: stringOf(said['message']) ?? '' };
}

function finishedAtOf(status: unknown): string | undefined {
  return timeOf(recordOf(recordOf(recordOf(status)['state'])['terminated'])['finishedAt']);
}

/** A container that was terminated before it ran has no container ID, and no log. */
function stateOf(status: unknown, isOver: boolean): ContainerState {
  const { running, terminated } = recordOf(recordOf(status)['state']);
  if (isRecord(terminated)) return stringOf(terminated['containerID']) ? 'ended' : 'never';
  if (isOver) return 'never';
  return isRecord(running) ? 'running' : 'waiting';
}
