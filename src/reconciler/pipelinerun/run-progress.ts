import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { customRunResource } from '../../tekton/custom-run.ts';
import type { PipelineRun } from '../../tekton/pipeline-run.ts';
import { describeProgress } from '../../tekton/task-progress.ts';
import type { RunIdentity, TaskExecution } from '../../tekton/run-activity.ts';
import type { TaskRun } from '../../tekton/task-run.ts';
import { mayWait, taskWaitOf, type TaskWait } from '../../tekton/task-wait.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { redactorFor } from '../../workflow-execution/redact.ts';
import { isInProgress } from '../../workflow-execution/status.ts';
import { truncate, sentence } from '../../workflow-execution/text.ts';
import { childrenOf, runOf } from './run-end.ts';
import { TaskRuns } from './task-runs.ts';

/** What a running PipelineRun does, and when to check again. */
export interface Progress {
  /** What it waits for; absent if that is nothing worth reporting. */
  readonly waiting?: TaskWait['reason'];
  /** Its wait, or else how many of its tasks are done; absent if that is not known. */
  readonly message?: string;
  /** Milliseconds; absent if a watch event reports the next change. */
  readonly checkAfterMs?: number;
}

/** A task counts as waiting if it has not started after this time, in milliseconds; most have. */
const graceMs = 10_000;
/** A waiting run is checked less and less often, between these bounds. */
const [minCheckMs, maxCheckMs] = [15_000, 300_000];
/** Minimum time between two reports of the tasks that are done, in milliseconds: each is a write. */
const reportMs = 10_000;
/** Executions whose last report is remembered. */
const maxReported = 10_000;
/** Characters of the message of Tekton, the scheduler or the kubelet. */
const detailLength = 300;

/**
 * Finds what the tasks of a run wait for, or how many are done. The PipelineRun does not report the first; its TaskRuns and
 * pods do. They are read only for runs older than the grace period. The status changes only with the reason of a wait,
 * because the scheduler rewords its messages, and when a task starts or ends, but at most once in {@link reportMs}: short
 * tasks cost no writes.
 */
@Injectable()
export class RunProgress {
  /** When the progress of an execution was last reported, by its UID, in milliseconds since the epoch. */
  private readonly reportedAt = new LRUCache<string, number>({ max: maxReported });

  constructor(
    private readonly taskRuns: TaskRuns,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async find(execution: WorkflowExecution, pipelineRun: PipelineRun, signal: AbortSignal): Promise<Progress> {
    const ageMs = this.sinceMs(Date.parse(pipelineRun.metadata.creationTimestamp));
    if (ageMs < graceMs) return { checkAfterMs: graceMs - ageMs };
    const run = runOf(execution, pipelineRun);
    const taskRuns = await this.children(pipelineRun, (known) => this.taskRuns.list(run, known, signal));
    const wait = await this.wait(execution, run, taskRuns, signal);
    if (wait.waiting !== undefined) return wait;
    // A task that is about to start is reported when it has started, or when it counts as waiting.
    const mayStart = wait.checkAfterMs !== undefined;
    if (mayStart && isInProgress(execution)) return { ...wait, message: execution.status?.message };
    const customRuns = await this.children(
      pipelineRun,
      (known) => this.taskRuns.customRuns(run, known, signal),
      customRunResource.kind,
    );
    return { ...wait, ...this.report(execution, pipelineRun, [...taskRuns, ...customRuns]) };
  }

  private async children<T>(
    pipelineRun: PipelineRun,
    read: (known: readonly string[]) => Promise<readonly T[]>,
    kind?: string,
  ): Promise<readonly T[]> {
    const known = childrenOf(pipelineRun, kind);
    return known.length === 0 ? [] : read(known);
  }

  private async wait(
    execution: WorkflowExecution,
    run: RunIdentity,
    taskRuns: readonly TaskRun[],
    signal: AbortSignal,
  ): Promise<Progress> {
    if (!taskRuns.some(mayWait)) return {};
    const pods = await this.taskRuns.pods(run, taskRuns, signal);
    const waits = taskRuns.flatMap((taskRun) => taskWaitOf(taskRun, pods) ?? []);
    const waitedMs = Math.max(...waits.map(({ since }) => this.sinceMs(since)));
    const [first, ...others] = waits.filter(({ since }) => this.sinceMs(since) >= graceMs);
    if (first === undefined) return waits.length === 0 ? {} : { checkAfterMs: graceMs - waitedMs };
    const checkAfterMs = Math.min(maxCheckMs, Math.max(minCheckMs, waitedMs / 2));
    return { waiting: first.reason, message: describe(execution, run, first, others.length), checkAfterMs };
  }

  /** The tasks that are done, or the former report if that is recent. */
  private report(execution: WorkflowExecution, pipelineRun: PipelineRun, children: readonly TaskExecution[]): Progress {
    const message = describeProgress(pipelineRun, children);
    const former = execution.status?.message;
    if (message === undefined || message === former) return { message };
    const { uid } = execution.metadata;
    const sinceMs = this.sinceMs(this.reportedAt.get(uid) ?? -Infinity);
    // What it no longer waits for is never repeated.
    if (isInProgress(execution) && sinceMs < reportMs) return { message: former, checkAfterMs: reportMs - sinceMs };
    this.reportedAt.set(uid, this.clock.now().getTime());
    return { message };
  }

  private sinceMs(time: number): number {
    return this.clock.now().getTime() - time;
  }
}

function describe(
  { spec, status }: WorkflowExecution,
  { name }: RunIdentity,
  { task, waitsFor, detail }: TaskWait,
  others: number,
): string {
  const more = others === 0 ? '' : `, and ${others} more ${others === 1 ? 'task waits' : 'tasks wait'}`;
  const headline = `Task "${task}" waits for ${waitsFor}${more} (PipelineRun ${name}).`;
  const before = status?.message;
  const said = detail === '' ? '' : ` ${truncate(sentence(redactorFor(spec)(detail)), detailLength)}`;
  return before?.startsWith(headline) ? before : `${headline}${said}`;
}
