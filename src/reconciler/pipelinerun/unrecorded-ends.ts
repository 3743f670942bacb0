import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { unstartedSince, type PipelineRun } from '../../tekton/pipeline-run.ts';
import { isLivePodOfRun, idleSince, type Idle, type RunIdentity } from '../../tekton/run-activity.ts';
import { parseDurationMs } from '../../workflow-execution/duration.ts';
import { timestamp } from '../../workflow-execution/timestamp.ts';
import { childrenOf } from './run-end.ts';
import { TaskRuns } from './task-runs.ts';

/** A run that should have ended but is still running according to Tekton. */
export interface UnrecordedEnd {
  /** For the status. */
  readonly message: string;
  /** How long ago the time to record the end passed, in milliseconds. */
  readonly overdueMs: number;
}

/**
 * Finds runs whose end Tekton does not record, because the status of the PipelineRun or a TaskRun is too large to be stored or
 * Tekton is not working: every step ended longer ago than the status deadline and nothing waits to be started, or the timeout
 * passed that long ago.
 */
@Injectable()
export class UnrecordedEnds {
  private readonly startedAt: number;

  constructor(
    private readonly taskRuns: TaskRuns,
    @Inject(CONFIG) private readonly config: Pick<Config, 'statusDeadlineMs'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    // After an outage of the whole cluster Tekton needs its time, too.
    this.startedAt = clock.now().getTime();
  }

  /** Checks a run that is running according to Tekton; undefined if nothing is wrong with it. */
  async find(pipelineRun: PipelineRun, signal: AbortSignal): Promise<UnrecordedEnd | undefined> {
    const { name, creationTimestamp } = pipelineRun.metadata;
    if (!this.isOverdue(Date.parse(creationTimestamp))) return undefined;
    const deadline = deadlineOf(pipelineRun);
    if (this.isOverdue(deadline)) {
      const message = `PipelineRun ${name} did not end with its timeout. ${causes}`;
      return { message, overdueMs: this.overdueMs(deadline) };
    }
    const quiet = await this.idleSince(pipelineRun, signal);
    if (quiet === undefined || !this.isOverdue(quiet.since)) return undefined;
    const at = timestamp(new Date(quiet.since));
    const what = quiet.hasTasks
      ? `Every step of PipelineRun ${name} had ended by ${at}, but Tekton has not recorded it.`
      : `Tekton has started no task of PipelineRun ${name} since ${at}.`;
    return { message: `${what} ${causes}`, overdueMs: this.overdueMs(quiet.since) };
  }

  private isOverdue(since: number): boolean {
    return this.overdueMs(since) >= 0;
  }

  private overdueMs(since: number): number {
    return this.clock.now().getTime() - Math.max(since, this.startedAt) - this.config.statusDeadlineMs;
  }

  private async idleSince(pipelineRun: PipelineRun, signal: AbortSignal): Promise<Idle | undefined> {
    const { namespace = '', name, uid } = pipelineRun.metadata;
    const run: RunIdentity = { namespace, name, uid };
    const taskRuns = await this.taskRuns.list(run, childrenOf(pipelineRun), signal);
    const live = (await this.taskRuns.livePods(namespace, signal)).filter((pod) => isLivePodOfRun(pod, run, taskRuns));
    if (live.length > 0) return undefined;
    return idleSince(pipelineRun, taskRuns, await this.taskRuns.pods(run, taskRuns, signal));
  }
}

const causes = 'It may be too large for the API server, or Tekton is not working.';

/** When the timeout of a run passes, in milliseconds since the epoch; Infinity if it has none. */
function deadlineOf(pipelineRun: PipelineRun): number {
  const timeoutMs = parseDurationMs(pipelineRun.spec.timeout ?? '') ?? 0;
  const started = pipelineRun.status.startTime ?? unstartedSince(pipelineRun);
  return timeoutMs > 0 ? Date.parse(started) + timeoutMs : Infinity;
}
