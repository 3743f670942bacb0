import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { cancellationOf, isPaused, type PipelineRun } from '../../tekton/pipeline-run.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import type { Observation } from '../../workflow-execution/observation.ts';
import { isEndNotRecorded, isStartDeadlineExceeded } from '../../workflow-execution/status.ts';
import {
  isRunning,
  observeEnding,
  observeMissingPipelineRun,
  observeRunning,
} from '../observe/observe-pipeline-run.ts';
import { observeStartDeadlineExceeded } from '../observe/observe-start-deadline.ts';
import { observeAnyEnd, observeGivenUp, observeUnrecordedEnd } from '../observe/observe-unrecorded-end.ts';
import { PipelineRuns } from '../pipelinerun/pipeline-runs.ts';
import { pollAfterMs, RunEnds, runOf } from '../pipelinerun/run-end.ts';
import { RunWaits } from '../pipelinerun/run-waits.ts';
import { UnrecordedEnds, type UnrecordedEnd } from '../pipelinerun/unrecorded-ends.ts';
import type { Step, StepOutcome } from './step.ts';

/** The part of the status deadline that Tekton has to record the cancellation of a run that was given up. */
const gracePart = 1 / 20;

/** How long after the status said so a run that was not started in time is cancelled, in milliseconds. */
const cancelInMs = 1_000;

/** Follows the PipelineRun of a Running execution to its end, which is when nothing of it runs any more. */
@Injectable()
export class FollowPipelineRun implements Step {
  constructor(
    private readonly pipelineRuns: PipelineRuns,
    private readonly runEnds: RunEnds,
    private readonly unrecordedEnds: UnrecordedEnds,
    private readonly runWaits: RunWaits,
    @Inject(CONFIG) private readonly config: Pick<Config, 'startDeadlineMs' | 'statusDeadlineMs'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(execution: WorkflowExecution, signal: AbortSignal): Promise<StepOutcome> {
    const pipelineRun = await this.pipelineRuns.find(execution, signal);
    if (pipelineRun === undefined || !isRunning(pipelineRun)) return this.end(execution, pipelineRun, signal);
    if (isPaused(pipelineRun)) return this.awaitStart(execution, pipelineRun, signal);
    const unrecorded = await this.unrecordedEnds.find(pipelineRun, signal);
    if (unrecorded !== undefined) return this.giveUp(execution, pipelineRun, unrecorded, signal);
    return this.await(execution, pipelineRun, signal);
  }

  private async await(
    execution: WorkflowExecution,
    pipelineRun: PipelineRun,
    signal: AbortSignal,
  ): Promise<StepOutcome> {
    const running = observeRunning(pipelineRun);
    const { startDeadlineMs, statusDeadlineMs } = this.config;
    if (running.cancelling !== undefined) {
      const isOurs = isStartDeadlineExceeded(execution) && execution.spec.cancelRequested !== true;
      const observation = isOurs ? observeStartDeadlineExceeded(pipelineRun, startDeadlineMs) : running;
      return observed(observation, statusDeadlineMs);
    }
    const { waiting, pollAfterMs = statusDeadlineMs } = await this.runWaits.find(execution, pipelineRun, signal);
    const observation =
      waiting === undefined ? running : { ...running, message: waiting.message, waiting: waiting.reason };
    return observed(observation, Math.min(pollAfterMs, statusDeadlineMs));
  }

  /** A run that is kept pending is cancelled after the start deadline. The status says so first. */
  private async awaitStart(
    execution: WorkflowExecution,
    pipelineRun: PipelineRun,
    signal: AbortSignal,
  ): Promise<StepOutcome> {
    const { startDeadlineMs } = this.config;
    const pendingMs = this.clock.now().getTime() - Date.parse(pipelineRun.metadata.creationTimestamp);
    if (pendingMs < startDeadlineMs) return observed(observeRunning(pipelineRun), startDeadlineMs - pendingMs);
    if (isStartDeadlineExceeded(execution)) await this.pipelineRuns.cancel(pipelineRun, 'Immediate', signal);
    return observed(observeStartDeadlineExceeded(pipelineRun, startDeadlineMs), cancelInMs);
  }

  private async end(
    execution: WorkflowExecution,
    pipelineRun: PipelineRun | undefined,
    signal: AbortSignal,
  ): Promise<StepOutcome> {
    const run = runOf(execution, pipelineRun);
    const end = await this.runEnds.ensureEnded(run, pipelineRun, signal);
    if (end.kind === 'waiting') return this.wait(execution, pipelineRun, end.waitsFor);
    if (pipelineRun === undefined) return observed(observeMissingPipelineRun(execution));
    return observed(observeAnyEnd(execution, pipelineRun, end.taskRuns, end.pods));
  }

  private wait(execution: WorkflowExecution, pipelineRun: PipelineRun | undefined, waitsFor: string): StepOutcome {
    const ending = observeEnding(runOf(execution, pipelineRun), pipelineRun, waitsFor);
    const endNotRecorded = isEndNotRecorded(execution);
    return observed({ ...ending, endNotRecorded }, pollAfterMs(pipelineRun, this.clock.now()));
  }

  /** First says so, then cancels, and at last, when Tekton does not record even that, ends the execution without it. */
  private async giveUp(
    execution: WorkflowExecution,
    pipelineRun: PipelineRun,
    { message, overdueMs }: UnrecordedEnd,
    signal: AbortSignal,
  ): Promise<StepOutcome> {
    const graceMs = this.config.statusDeadlineMs * gracePart;
    const waiting = observed(observeUnrecordedEnd(pipelineRun, message), graceMs);
    if (!isEndNotRecorded(execution)) return waiting;
    if (cancellationOf(pipelineRun) !== 'Immediate') await this.pipelineRuns.cancel(pipelineRun, 'Immediate', signal);
    if (overdueMs < graceMs) return waiting;
    const end = await this.runEnds.ensureEnded(runOf(execution, pipelineRun), pipelineRun, signal);
    if (end.kind === 'waiting' && !end.isCancelled) return this.wait(execution, pipelineRun, end.waitsFor);
    return observed(observeGivenUp(pipelineRun, end.taskRuns));
  }
}

function observed(observation: Observation, requeueAfterMs?: number): StepOutcome {
  return { kind: 'observed', observation, requeueAfterMs };
}
