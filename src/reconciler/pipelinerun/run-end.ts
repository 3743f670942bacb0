import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { CONFIG, type Config } from '../../config/config.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { customRunResource, type CustomRun } from '../../tekton/custom-run.ts';
import { pipelineRunName } from '../../tekton/names.ts';
import { type PipelineRun, readOutcome } from '../../tekton/pipeline-run.ts';
import { mayHaveLostPod, tasksWithoutPod } from '../../tekton/pod-loss.ts';
import { describeActivity, isLivePodOfRun, type RunIdentity, type TaskExecution } from '../../tekton/run-activity.ts';
import type { TaskPod } from '../../tekton/task-pod.ts';
import { isFinished, taskRunResource, type TaskRun } from '../../tekton/task-run.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { isCancelRequested, TaskRuns } from './task-runs.ts';

/**
 * Whether nothing of a run is alive any more after its PipelineRun has ended or is gone. `waitsFor` describes what still is;
 * `isCancelled`: Tekton was asked to cancel every unfinished TaskRun, and no step runs.
 */
export type RunEnd =
  | {
      readonly kind: 'ended';
      readonly taskRuns: readonly TaskRun[];
      /** The remaining pods of a failed run, if they may explain the failure. */
      readonly pods?: readonly TaskPod[];
    }
  | {
      readonly kind: 'waiting';
      readonly waitsFor: string;
      readonly taskRuns: readonly TaskRun[];
      readonly isCancelled: boolean;
    };

/** How long Tekton may act on what it read before a change, or take to record a pod that it created, in milliseconds. */
export const tektonSyncMs = 5_000;

/** Waiting runs that are remembered. */
const maxAwaited = 10_000;

/** Ends what is left of a run after its PipelineRun has ended, and checks whether anything is alive. */
@Injectable()
export class RunEnds {
  /** When a run began to wait only for unfinished TaskRuns without a live step, in milliseconds since the epoch. */
  private readonly awaitedSince = new LRUCache<string, number>({ max: maxAwaited });

  constructor(
    private readonly taskRuns: TaskRuns,
    @Inject(CONFIG) private readonly config: Pick<Config, 'statusDeadlineMs'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Checks the TaskRuns, CustomRuns and pods of a run. Unfinished TaskRuns and CustomRuns are cancelled: Tekton leaves them
   * running when it fails a PipelineRun before they have ended. Their end is awaited for the status deadline at most, unless a
   * step of the run is alive: a CustomRun without a controller never ends. A task that has just lost its pod is awaited while
   * Tekton may start it again.
   *
   * @param pipelineRun undefined if it is gone
   */
  async ensureEnded(run: RunIdentity, pipelineRun: PipelineRun | undefined, signal: AbortSignal): Promise<RunEnd> {
    const hasSucceeded = isSuccess(pipelineRun);
    // All TaskRuns of a success have ended, but a pod of an earlier attempt or of an ignored failure may still run.
    const livePods = hasSucceeded ? await this.taskRuns.livePods(run.namespace, signal) : undefined;
    if (livePods?.length === 0) return { kind: 'ended', taskRuns: [] };
    const taskRuns = await this.taskRuns.list(run, childrenOf(pipelineRun), signal);
    const customRuns = await this.customRuns(run, pipelineRun, signal);
    const unfinished = [...taskRuns, ...customRuns].filter((child) => !isFinished(child));
    const uncancelled = unfinished.filter((child) => !isCancelRequested(child));
    await this.cancel(uncancelled, signal);
    // After the TaskRuns: a finished one creates no more pods.
    const live = livePods ?? (await this.taskRuns.livePods(run.namespace, signal));
    const pods = live.filter((pod) => isLivePodOfRun(pod, run, taskRuns));
    const isCancelled = uncancelled.length === 0 && pods.length === 0;
    const awaited = hasSucceeded ? [] : unfinished;
    const isOverdue = this.isOverdue(run, awaited.length > 0 && pods.length === 0);
    if (isCancelled && isOverdue) return { kind: 'ended', taskRuns };
    if (!isOver(awaited, pods)) {
      return { kind: 'waiting', waitsFor: describeActivity(awaited, pods), taskRuns, isCancelled };
    }
    return this.end(run, pipelineRun, taskRuns, signal);
  }

  /** The end of a run of which nothing is alive, unless Tekton may restart a task that has lost its pod. */
  private async end(
    run: RunIdentity,
    pipelineRun: PipelineRun | undefined,
    taskRuns: readonly TaskRun[],
    signal: AbortSignal,
  ): Promise<RunEnd> {
    if (!hasFailed(pipelineRun) || !taskRuns.some(mayHaveLostPod)) return { kind: 'ended', taskRuns };
    const pods = await this.taskRuns.pods(run, taskRuns, signal);
    const lost = tasksWithoutPod(taskRuns, pods);
    const endedAt = Date.parse(pipelineRun.status.completionTime ?? '');
    const isRecent = this.clock.now().getTime() - endedAt < tektonSyncMs;
    if (lost.length === 0 || !isRecent) return { kind: 'ended', taskRuns, pods };
    const waitsFor = `${describeActivity(lost, [])}, which Tekton may start again,`;
    return { kind: 'waiting', waitsFor, taskRuns, isCancelled: true };
  }

  private async cancel(children: readonly TaskExecution[], signal: AbortSignal): Promise<void> {
    const now = this.clock.now();
    for (const child of children.filter((one) => mayBeCancelled(one, now))) await this.taskRuns.cancel(child, signal);
  }

  /** Lists CustomRuns only for the few workflows that have some. */
  private async customRuns(
    run: RunIdentity,
    pipelineRun: PipelineRun | undefined,
    signal: AbortSignal,
  ): Promise<readonly CustomRun[]> {
    const known = childrenOf(pipelineRun, customRunResource.kind);
    return pipelineRun !== undefined && known.length === 0 ? [] : this.taskRuns.customRuns(run, known, signal);
  }

  /** The time counts for a run, not for each task: more may be added. */
  private isOverdue({ namespace, name }: RunIdentity, waitsForTasksOnly: boolean): boolean {
    const key = `${namespace}/${name}`;
    if (!waitsForTasksOnly) {
      this.awaitedSince.delete(key);
      return false;
    }
    const now = this.clock.now().getTime();
    const since = this.awaitedSince.get(key) ?? now;
    this.awaitedSince.set(key, since);
    return now - since > this.config.statusDeadlineMs;
  }
}

/**
 * Whether a child can be cancelled without leaving its pod behind. Tekton deletes the pod that the status of a TaskRun names.
 * If a TaskRun is cancelled right after its pod was created, Tekton may not have read that status yet: it ends the TaskRun and
 * leaves the pod (`failTaskRun` in pkg/reconciler/taskrun of Tekton v1.15). A TaskRun whose pod cannot be created never names
 * one.
 */
function mayBeCancelled({ kind, metadata, status }: TaskExecution, now: Date): boolean {
  if (kind !== taskRunResource.kind || ('pods' in status && status.pods.length > 0)) return true;
  const age = now.getTime() - Date.parse(metadata.creationTimestamp);
  return !(age < tektonSyncMs);
}

function hasFailed(pipelineRun: PipelineRun | undefined): pipelineRun is PipelineRun {
  return pipelineRun !== undefined && readOutcome(pipelineRun).state === 'failed';
}

function isSuccess(pipelineRun: PipelineRun | undefined): boolean {
  return pipelineRun !== undefined && readOutcome(pipelineRun).state === 'succeeded';
}

function isOver(awaited: readonly TaskExecution[], pods: readonly TaskPod[]): boolean {
  return awaited.length === 0 && pods.length === 0;
}

/** Milliseconds until an ending run is checked again: soon at first, because most end soon, then less often. */
export function pollAfterMs(pipelineRun: PipelineRun | undefined, now: Date): number {
  const endingMs = now.getTime() - Date.parse(pipelineRun?.status.completionTime ?? '');
  return Number.isNaN(endingMs) ? 1_000 : Math.min(2_000, Math.max(250, endingMs / 2));
}

/** The names of the TaskRuns, or children of another kind, in the status of a PipelineRun. */
export function childrenOf(pipelineRun: PipelineRun | undefined, of: string = taskRunResource.kind): readonly string[] {
  const children = pipelineRun?.status.childReferences ?? [];
  return children.filter(({ kind }) => kind === of).map(({ name }) => name);
}

/** The run of an execution: from its PipelineRun, else from its status, else from the name that it would have. */
export function runOf(
  { metadata, status }: Pick<WorkflowExecution, 'status'> & { readonly metadata: NamedMetadata },
  pipelineRun?: PipelineRun,
): RunIdentity {
  const { namespace } = metadata;
  if (pipelineRun !== undefined) return { namespace, name: pipelineRun.metadata.name, uid: pipelineRun.metadata.uid };
  const { pipelineRunRef } = status ?? {};
  if (pipelineRunRef !== undefined) return { namespace, name: pipelineRunRef.name, uid: pipelineRunRef.uid };
  return { namespace, name: pipelineRunName({ metadata }) };
}

type NamedMetadata = Pick<WorkflowExecution['metadata'], 'namespace' | 'name' | 'uid'>;
