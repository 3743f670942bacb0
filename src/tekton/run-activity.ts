import { controllerOf, type OwnerReference } from '../kubernetes/kubernetes-object.ts';
import { joinFirst } from '../workflow-execution/text.ts';
import { unstartedSince, type PipelineRun } from './pipeline-run.ts';
import { hasTektonPodName, isPodOfTaskRun, type TaskPod } from './task-pod.ts';
import type { CustomRun } from './custom-run.ts';
import { isPipelineRunReference } from './tekton-object.ts';
import { isFinished, taskRunLabels, taskRunResource, type TaskRun } from './task-run.ts';
import { lackedResources } from './failed-task-run.ts';

/** Identifies a PipelineRun, by UID if it is known: another one may have the same name. */
export interface RunIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
}

/** What Tekton creates for a task of a pipeline. */
export type TaskExecution = TaskRun | CustomRun;

/**
 * Whether a TaskRun or CustomRun belongs to a PipelineRun: by its controller or by Tekton's label. Either may have been removed
 * while it runs (`kubectl delete --cascade=orphan` removes the owner).
 */
export function belongsToRun(child: TaskExecution, run: RunIdentity): boolean {
  const controller = controllerOf(child);
  return (controller !== undefined && isReferenceTo(controller, run)) || isLabelled(child.metadata, run);
}

function isReferenceTo(controller: OwnerReference, { name, uid }: RunIdentity): boolean {
  const hasName = isPipelineRunReference(controller) && controller.name === name;
  return hasName && (uid === undefined || controller.uid === uid);
}

/**
 * Whether a pod belongs to a PipelineRun: it is the pod of one of its TaskRuns, or it has Tekton's label and is controlled by a
 * TaskRun. A pod without a controller must have the name that Tekton generates: a pod with copied labels does not count.
 */
export function isPodOfRun(pod: TaskPod, run: RunIdentity, taskRuns: readonly TaskRun[]): boolean {
  if (taskRuns.some((taskRun) => isPodOfTaskRun(pod, taskRun))) return true;
  return isLabelled(pod.metadata, run) && (pod.taskRunUid !== undefined || hasTektonPodName(pod));
}

function isLabelled(
  { labels }: { readonly labels?: Readonly<Record<string, string>> },
  { name, uid }: RunIdentity,
): boolean {
  if (uid !== undefined) return labels?.[taskRunLabels.pipelineRunUid] === uid;
  return labels?.[taskRunLabels.pipelineRun] === name;
}

/**
 * Whether a pod of a PipelineRun runs a step or may still start one. The first step waits until Tekton annotates the pod as
 * ready, which it does not do after the TaskRun has finished: a pod that `keep-pod-on-cancel` keeps would wait forever
 * (pkg/pod/entrypoint.go, `UpdateReady`, of Tekton v1.15). A pod that is being deleted counts until its containers have ended.
 *
 * @param taskRuns of the run, read before the pod
 */
export function isLivePodOfRun(pod: TaskPod, run: RunIdentity, taskRuns: readonly TaskRun[]): boolean {
  if (!hasLiveSteps(pod) || !isPodOfRun(pod, run, taskRuns)) return false;
  const taskRun = taskRuns.find((one) => isPodOfTaskRun(pod, one));
  const isLeaving = pod.metadata.deletionTimestamp !== undefined;
  return pod.isReady || isLeaving || taskRun === undefined || !isFinished(taskRun);
}

/** Whether a step of a pod runs or may still start; sidecars do not count. */
export function hasLiveSteps({ steps }: TaskPod): boolean {
  return steps.some(isLive);
}

function isLive({ state }: TaskPod['steps'][number]): boolean {
  return state === 'running' || state === 'waiting';
}

/** Describes what a run waits for: its live steps, or else its unfinished TaskRuns and CustomRuns. */
export function describeActivity(unfinished: readonly TaskExecution[], pods: readonly TaskPod[]): string {
  const inPods = pods.map(({ metadata, steps }) => {
    const live = steps.filter(isLive).map(({ step }) => step);
    return `pod ${metadata.name} (step ${live.join(', ')})`;
  });
  const waited = inPods.length > 0 ? inPods : unfinished.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  return joinFirst(waited, 3);
}

/** Since when a run is idle, in milliseconds since the epoch, and whether any task was started. */
export interface Idle {
  readonly since: number;
  readonly hasTasks: boolean;
}

/**
 * Since when a run is idle although its status is Running. Undefined while a step runs or may still start, or if that is
 * unknown: for a task without a pod, and for a custom task.
 *
 * @param taskRuns all TaskRuns of the run
 * @param pods all existing pods of the run, including ended ones
 */
export function idleSince(
  pipelineRun: PipelineRun,
  taskRuns: readonly TaskRun[],
  pods: readonly TaskPod[],
): Idle | undefined {
  const { status } = pipelineRun;
  const hasOtherTasks = status.childReferences.some(({ kind }) => kind !== taskRunResource.kind);
  if (hasOtherTasks || pods.some(hasLiveSteps)) return undefined;
  const hasTasks = taskRuns.length > 0;
  const started = Date.parse(status.startTime ?? unstartedSince(pipelineRun));
  const ends = taskRuns.map((taskRun) => endOf(taskRun, pods));
  return ends.every((end) => end !== undefined) ? { since: Math.max(started, ...ends), hasTasks } : undefined;
}

function endOf(taskRun: TaskRun, pods: readonly TaskPod[]): number | undefined {
  if (isFinished(taskRun)) return Date.parse(taskRun.status.completionTime ?? taskRun.metadata.creationTimestamp);
  const ends = pods
    .filter((pod) => isPodOfTaskRun(pod, taskRun))
    .flatMap(({ metadata, steps }) => [metadata.creationTimestamp, ...steps.map(({ finishedAt }) => finishedAt ?? '')])
    .map((time) => Date.parse(time))
    .filter(Number.isFinite);
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/**
 * Whether a step of the workflow may have started, and so have changed the target. A child that no longer exists, or that is
 * not a TaskRun, counts as one that ran.
 *
 * @param taskRuns all existing TaskRuns of the PipelineRun
 */
export function stepsMayHaveRun({ status }: PipelineRun, taskRuns: readonly TaskRun[]): boolean {
  const known = new Set(taskRuns.map(({ metadata }) => metadata.name));
  const hidden = status.childReferences.some(({ kind, name }) => kind !== taskRunResource.kind || !known.has(name));
  return hidden || taskRuns.some((taskRun) => hasStartedSteps(taskRun) || wasEndedByTekton(taskRun));
}

/**
 * Whether Tekton ended a TaskRun by deleting its pod: its recorded steps may be outdated. A pod that never got the resources
 * to run has not started.
 */
function wasEndedByTekton(taskRun: TaskRun): boolean {
  const { succeeded, pods } = taskRun.status;
  return pods.length > 0 && endings.has(succeeded?.reason ?? '') && !lackedResources(taskRun);
}

const endings: ReadonlySet<string> = new Set(['TaskRunCancelled', 'TaskRunTimeout']);

/** Whether a step of a TaskRun has started, in any attempt. */
export function hasStartedSteps({ status }: TaskRun): boolean {
  return [...status.steps, ...status.earlierSteps].some(({ started }) => started);
}
