import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import type { PipelineRun } from '../../tekton/pipeline-run.ts';
import { mayWait, taskWaitOf, type TaskWait } from '../../tekton/task-wait.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { redactorFor } from '../../workflow-execution/redact.ts';
import { truncate, sentence } from '../../workflow-execution/text.ts';
import { childrenOf, runOf } from './run-end.ts';
import { TaskRuns } from './task-runs.ts';

/** What a running PipelineRun waits for, and when to check again. */
export interface RunWait {
  /** Absent if it waits for nothing worth reporting. */
  readonly waiting?: { readonly reason: TaskWait['reason']; readonly message: string };
  /** Milliseconds; absent if a watch event reports the next change. */
  readonly checkAfterMs?: number;
}

/** A task counts as waiting if it has not started after this time, in milliseconds; most have. */
const graceMs = 10_000;
/** A waiting run is checked less and less often, between these bounds. */
const [minCheckMs, maxCheckMs] = [15_000, 300_000];
/** Characters of the message of Tekton, the scheduler or the kubelet. */
const detailLength = 300;

/**
 * Finds what the tasks of a run wait for. The PipelineRun does not report it; its TaskRuns and pods do. They are read only for
 * runs older than the grace period. The status changes only with the reason, because the scheduler rewords its messages.
 */
@Injectable()
export class RunWaits {
  constructor(
    private readonly taskRuns: TaskRuns,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async find(execution: WorkflowExecution, pipelineRun: PipelineRun, signal: AbortSignal): Promise<RunWait> {
    const ageMs = this.sinceMs(Date.parse(pipelineRun.metadata.creationTimestamp));
    if (ageMs < graceMs) return { checkAfterMs: graceMs - ageMs };
    const children = childrenOf(pipelineRun);
    if (children.length === 0) return {};
    const run = runOf(execution, pipelineRun);
    const taskRuns = await this.taskRuns.list(run, children, signal);
    if (!taskRuns.some(mayWait)) return {};
    const pods = await this.taskRuns.pods(run, taskRuns, signal);
    const waits = taskRuns.flatMap((taskRun) => taskWaitOf(taskRun, pods) ?? []);
    const waitedMs = Math.max(...waits.map(({ since }) => this.sinceMs(since)));
    const [first, ...others] = waits.filter(({ since }) => this.sinceMs(since) >= graceMs);
    if (first === undefined) return waits.length === 0 ? {} : { checkAfterMs: graceMs - waitedMs };
    const checkAfterMs = Math.min(maxCheckMs, Math.max(minCheckMs, waitedMs / 2));
    return { waiting: describe(execution, pipelineRun, first, others.length), checkAfterMs };
  }

  private sinceMs(time: number): number {
    return this.clock.now().getTime() - time;
  }
}

function describe(
  { spec, status }: WorkflowExecution,
  { metadata }: PipelineRun,
  { reason, task, waitsFor, detail }: TaskWait,
  others: number,
) {
  const more = others === 0 ? '' : `, and ${others} more ${others === 1 ? 'task waits' : 'tasks wait'}`;
  const headline = `Task "${task}" waits for ${waitsFor}${more} (PipelineRun ${metadata.name}).`;
  const before = status?.message;
  const said = detail === '' ? '' : ` ${truncate(sentence(redactorFor(spec)(detail)), detailLength)}`;
  return { reason, message: before?.startsWith(headline) ? before : `${headline}${said}` };
}
