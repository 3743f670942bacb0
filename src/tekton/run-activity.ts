import { controllerOf, type OwnerReference } from '../kubernetes/kubernetes-object.ts';
import { unstartedSince, type PipelineRun } from './pipeline-run.ts';
import { hasTektonPodName, isPodOfTaskRun, type TaskPod } from './task-pod.ts';
import type { CustomRun } from './custom-run.ts';
import { isPipelineRunReference } from './tekton-object.ts';
import { isFinished, taskRunLabels, taskRunResource, type TaskRun } from './task-run.ts';
import { lackedResources } from './failed-task-run.ts';

/**
 * A PipelineRun, by the UID where it is known: another one may have its name. Where it is not, the name is the one that is
 * derived from the UID of the execution, which no other run has.
 */
export interface RunIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
}

/** A TaskRun or a CustomRun: what Tekton makes for a task of a pipeline. */
export type TaskExecution = TaskRun | CustomRun;

/**
 * Whether a TaskRun or CustomRun belongs to a PipelineRun: the PipelineRun controls it, or Tekton's label names the run. Whoever
 * may edit it can remove either (`kubectl delete --cascade=orphan` removes the owner), and it goes on all the same.
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
 * Whether a pod belongs to a PipelineRun: it is the pod of a TaskRun of the run, or Tekton's label names the run and a TaskRun
 * controls the pod. A pod that has lost its owner must have the name that Tekton gave it, which nobody else can take as long
 * as it is there: a bare pod with copied labels does not count.
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
 * Whether a pod of a PipelineRun runs a step or may still start one. The first step begins when Tekton has annotated the pod as
 * ready, which it does at its creation or once its sidecars are ready, and never after it has finished the TaskRun: a pod that
 * `keep-pod-on-cancel` keeps would wait for that for ever (pkg/pod/entrypoint.go, `UpdateReady`, of Tekton v1.15). One that is
 * being deleted is waited for, for its containers end soon.
 *
 * @param taskRuns of the run, read before the pod
 */
export function isLivePodOfRun(pod: TaskPod, run: RunIdentity, taskRuns: readonly TaskRun[]): boolean {
  if (!hasLiveSteps(pod) || !isPodOfRun(pod, run, taskRuns)) return false;
  const taskRun = taskRuns.find((one) => isPodOfTaskRun(pod, one));
  const isLeaving = pod.metadata.deletionTimestamp !== undefined;
  return pod.isReady || isLeaving || taskRun === undefined || !isFinished(taskRun);
}

/**
 * Whether a step of a pod runs or may still start. A sidecar that goes on, or a pod that was kept after its steps have
 * ended, changes nothing any more.
 */
export function hasLiveSteps({ steps }: TaskPod): boolean {
  return steps.some(isLive);
}

function isLive({ state }: TaskPod['steps'][number]): boolean {
  return state === 'running' || state === 'waiting';
}

/** What a run waits for, for people: its unfinished TaskRuns and CustomRuns, or the steps in its pods. */
export function describeActivity(unfinished: readonly TaskExecution[], pods: readonly TaskPod[]): string {
  const inPods = pods.map(({ metadata, steps }) => {
    const live = steps.filter(isLive).map(({ step }) => step);
    return `pod ${metadata.name} (step ${live.join(', ')})`;
  });
  const waited = inPods.length > 0 ? inPods : unfinished.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  return waited.length > most
    ? `${waited.slice(0, most).join(', ')} and ${waited.length - most} more`
    : waited.join(', ');
}

/** How many pods or TaskRuns a message names. */
const most = 3;

/** Since when nothing of a run goes on, in milliseconds since the epoch, and whether any of its tasks was started. */
export interface Idle {
  readonly since: number;
  readonly hasTasks: boolean;
}

/**
 * Since when nothing of a run goes on although Tekton calls it running. Undefined while something runs, may still start, or
 * is not known here: a task without a pod waits for one, a custom task is somebody else's.
 *
 * @param taskRuns all of the run
 * @param pods all of these that still exist, those that have ended too
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
