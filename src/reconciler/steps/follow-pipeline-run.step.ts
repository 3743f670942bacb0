import { isPaused, type PipelineRun, readOutcome } from '../../tekton/pipeline-run.ts';
import { requestedCancelMode } from '../../workflow-execution/execution.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import type { Observation } from '../../workflow-execution/observation.ts';
import { isEndNotRecorded, isStartDeadlineExceeded } from '../../workflow-execution/status.ts';
import {
  isRunning,
  observeEnding,
  observeMissingPipelineRun,
  observeRunning,
} from '../observe/observe-pipeline-run.ts';
import {
  observeAnyEnd,
  observeUnrecordedCancellation,
  observeStartDeadlineExceeded,
  observeUnrecordedEnd,
} from '../observe/observe-deadlines.ts';
import { pollAfterMs, runOf } from '../pipelinerun/run-end.ts';
import type { UnrecordedEnd } from '../pipelinerun/unrecorded-ends.ts';
import type { Step, StepOutcome } from './step.ts';
import type { With } from './step-context.ts';

/** Asks Tekton to cancel the PipelineRun as requested. The PipelineRun reports the effect. */
export const requestCancellation: Step<With<'pipelineRuns'>> = async (execution, { pipelineRuns }, signal) => {
  const requested = requestedCancelMode(execution);
  if (requested === undefined) return { kind: 'next', execution };
  const pipelineRun = await pipelineRuns.find(execution, signal);
  if (pipelineRun === undefined || readOutcome(pipelineRun).state !== 'running') return { kind: 'next', execution };
  await pipelineRuns.cancel(pipelineRun, requested, signal);
  return { kind: 'next', execution };
};

type FollowContext = With<
  'pipelineRuns' | 'runEnds' | 'unrecordedEnds' | 'runProgress' | 'clock',
  'startDeadlineMs' | 'statusDeadlineMs'
>;

/** Follows the PipelineRun of a Running execution to its end, which is when nothing of it runs any more. */
export const followPipelineRun: Step<FollowContext> = async (execution, context, signal) => {
  const pipelineRun = await context.pipelineRuns.find(execution, signal);
  if (pipelineRun === undefined || !isRunning(pipelineRun)) return end(execution, pipelineRun, context, signal);
  if (isPaused(pipelineRun)) return awaitStart(execution, pipelineRun, context, signal);
  const unrecorded = await context.unrecordedEnds.find(pipelineRun, signal);
  if (unrecorded !== undefined) return giveUp(execution, pipelineRun, unrecorded, context, signal);
  return observeProgress(execution, pipelineRun, context, signal);
};

async function observeProgress(
  execution: WorkflowExecution,
  pipelineRun: PipelineRun,
  { runProgress, config: { startDeadlineMs, statusDeadlineMs } }: FollowContext,
  signal: AbortSignal,
): Promise<StepOutcome> {
  const running = observeRunning(pipelineRun);
  if (running.cancelling !== undefined) {
    const isOurs = isStartDeadlineExceeded(execution) && execution.spec.cancelRequested !== true;
    const observation = isOurs ? observeStartDeadlineExceeded(pipelineRun, startDeadlineMs) : running;
    return observed(observation, statusDeadlineMs);
  }
  const progress = await runProgress.find(execution, pipelineRun, signal);
  const { waiting, message = running.message, checkAfterMs = statusDeadlineMs } = progress;
  const observation = { ...running, message, ...(waiting !== undefined && { waiting }) };
  return observed(observation, Math.min(checkAfterMs, statusDeadlineMs));
}

/** Cancels a PipelineRun that is kept pending beyond the start deadline. The status says so first. */
async function awaitStart(
  execution: WorkflowExecution,
  pipelineRun: PipelineRun,
  { pipelineRuns, clock, config: { startDeadlineMs, statusDeadlineMs } }: FollowContext,
  signal: AbortSignal,
): Promise<StepOutcome> {
  const pendingMs = clock.now().getTime() - Date.parse(pipelineRun.metadata.creationTimestamp);
  if (pendingMs < startDeadlineMs) return observed(observeRunning(pipelineRun), startDeadlineMs - pendingMs);
  if (isStartDeadlineExceeded(execution)) await pipelineRuns.cancel(pipelineRun, 'Immediate', signal);
  return observed(observeStartDeadlineExceeded(pipelineRun, startDeadlineMs), statusDeadlineMs);
}

async function end(
  execution: WorkflowExecution,
  pipelineRun: PipelineRun | undefined,
  context: FollowContext,
  signal: AbortSignal,
): Promise<StepOutcome> {
  const runEnd = await context.runEnds.ensureEnded(runOf(execution, pipelineRun), pipelineRun, signal);
  if (runEnd.kind === 'waiting') return awaitEnd(execution, pipelineRun, runEnd.waitsFor, context);
  if (pipelineRun === undefined) return observed(observeMissingPipelineRun(execution));
  return observed(observeAnyEnd(execution, pipelineRun, runEnd.taskRuns, runEnd.pods));
}

function awaitEnd(
  execution: WorkflowExecution,
  pipelineRun: PipelineRun | undefined,
  waitsFor: string,
  { clock }: FollowContext,
): StepOutcome {
  const ending = observeEnding(runOf(execution, pipelineRun), pipelineRun, waitsFor);
  const endNotRecorded = isEndNotRecorded(execution);
  return observed({ ...ending, endNotRecorded }, pollAfterMs(pipelineRun, clock.now()));
}

/** The part of the status deadline that Tekton has to record the cancellation of a run that was given up. */
const gracePart = 1 / 20;

/** First records that the end is missing, then cancels, and ends the execution if Tekton does not record even that. */
async function giveUp(
  execution: WorkflowExecution,
  pipelineRun: PipelineRun,
  { message, overdueMs }: UnrecordedEnd,
  context: FollowContext,
  signal: AbortSignal,
): Promise<StepOutcome> {
  const graceMs = context.config.statusDeadlineMs * gracePart;
  const waiting = observed(observeUnrecordedEnd(pipelineRun, message), graceMs);
  if (!isEndNotRecorded(execution)) return waiting;
  const { pipelineRuns, runEnds } = context;
  await pipelineRuns.cancel(pipelineRun, 'Immediate', signal);
  if (overdueMs < graceMs) return waiting;
  const runEnd = await runEnds.ensureEnded(runOf(execution, pipelineRun), pipelineRun, signal);
  if (runEnd.kind === 'waiting' && !runEnd.isCancelled) {
    return awaitEnd(execution, pipelineRun, runEnd.waitsFor, context);
  }
  return observed(observeUnrecordedCancellation(pipelineRun, runEnd.taskRuns));
}

function observed(observation: Observation, requeueAfterMs?: number): StepOutcome {
  return { kind: 'observed', observation, requeueAfterMs };
}
