import { pipelineRunPending, type PipelineRun } from './pipeline-run.ts';
import type { StepPod } from './step-pod.ts';
import { isFinished, taskRunLabels, taskRunResource, type TaskRun } from './task-run.ts';

/**
 * A PipelineRun, by the UID where it is known: another one may have its name. Where it is not, the name is the one that is
 * derived from the UID of the execution, which no other run has.
 */
export interface RunIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
}

/**
 * Whether a TaskRun belongs to a PipelineRun. The owner reference decides. `kubectl delete --cascade=orphan` removes it and
 * lets the TaskRun go on; then Tekton's labels do.
 */
export function belongsToRun({ metadata }: TaskRun, run: RunIdentity): boolean {
  const controller = metadata.ownerReferences?.find((owner) => owner.controller === true);
  if (controller === undefined) return isLabelled(metadata, run);
  if (run.uid !== undefined) return controller.uid === run.uid;
  return controller.kind === 'PipelineRun' && controller.name === run.name;
}

/**
 * Whether a pod belongs to a PipelineRun: a TaskRun of it controls the pod. The TaskRun may be gone while its pod is
 * terminating; then Tekton's labels decide, and a pod that no TaskRun has ever controlled still does not count.
 */
export function isPodOfRun({ metadata, taskRunUid }: StepPod, run: RunIdentity, taskRuns: readonly TaskRun[]): boolean {
  if (taskRunUid === undefined) return false;
  return taskRuns.some((taskRun) => taskRun.metadata.uid === taskRunUid) || isLabelled(metadata, run);
}

function isLabelled(
  { labels }: { readonly labels?: Readonly<Record<string, string>> },
  { name, uid }: RunIdentity,
): boolean {
  if (uid !== undefined) return labels?.[taskRunLabels.pipelineRunUid] === uid;
  return labels?.[taskRunLabels.pipelineRun] === name;
}

/**
 * Whether a step of a pod runs or may still start. A sidecar that goes on, or a pod that was kept after its steps have
 * ended, changes nothing any more.
 */
export function hasLiveSteps({ steps }: StepPod): boolean {
  return steps.some(isLive);
}

function isLive({ state }: StepPod['steps'][number]): boolean {
  return state === 'running' || state === 'waiting';
}

/** What a run waits for, for people: its unfinished TaskRuns, or the steps in its pods. */
export function describeActivity(taskRuns: readonly TaskRun[], pods: readonly StepPod[]): string {
  const inPods = pods.map(({ metadata, steps }) => {
    const live = steps.filter(isLive).map(({ step }) => step);
    return `pod ${metadata.name} (step ${live.join(', ')})`;
  });
  const waited = inPods.length > 0 ? inPods : taskRuns.map(({ metadata }) => `TaskRun ${metadata.name}`);
  return waited.length > most
    ? `${waited.slice(0, most).join(', ')} and ${waited.length - most} more`
    : waited.join(', ');
}

/** How many pods or TaskRuns a message names. */
const most = 3;

/** Since when nothing of a run goes on, in milliseconds since the epoch, and whether any of its tasks was started. */
export interface Quiet {
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
export function quietSince(
  { metadata, spec, status }: PipelineRun,
  taskRuns: readonly TaskRun[],
  pods: readonly StepPod[],
): Quiet | undefined {
  const isPaused = spec.status === pipelineRunPending;
  const hasOtherTasks = status.childReferences.some(({ kind }) => kind !== taskRunResource.kind);
  if (isPaused || hasOtherTasks || pods.some(hasLiveSteps)) return undefined;
  const hasTasks = taskRuns.length > 0;
  const started = Date.parse(status.startTime ?? metadata.creationTimestamp);
  const ends = taskRuns.map((taskRun) => endOf(taskRun, pods));
  return ends.every((end) => end !== undefined) ? { since: Math.max(started, ...ends), hasTasks } : undefined;
}

function endOf(taskRun: TaskRun, pods: readonly StepPod[]): number | undefined {
  if (isFinished(taskRun)) return Date.parse(taskRun.status.completionTime ?? taskRun.metadata.creationTimestamp);
  const ends = pods
    .filter(({ taskRunUid }) => taskRunUid === taskRun.metadata.uid)
    .flatMap(({ metadata, steps }) => [metadata.creationTimestamp, ...steps.map(({ finishedAt }) => finishedAt ?? '')])
    .map((time) => Date.parse(time))
    .filter(Number.isFinite);
  return ends.length === 0 ? undefined : Math.max(...ends);
}
