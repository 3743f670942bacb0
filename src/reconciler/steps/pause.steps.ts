import type { Pause } from '../../pauses/pause.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { targetOf } from '../../workflow-execution/target-resource.ts';
import { precedes } from '../executions/start-order.ts';
import { observePause } from '../observe/observe-pause.ts';
import { idOf } from '../target/lock-claim.ts';
import { adoptOrEnd, type ConflictContext } from './conflict.steps.ts';
import { startDeadlineInMs } from './pending.steps.ts';
import type { ObservedOutcome, Step } from './step.ts';
import type { With } from './step-context.ts';
import { releaseTarget } from './target.steps.ts';

/** What keeps an execution Pending during a pause. */
export type PauseContext = ConflictContext &
  With<
    'adoption' | 'creates' | 'executions' | 'locks' | 'log' | 'occupancy' | 'pauses' | 'refusedStatuses',
    'startDeadlineMs' | 'startDeadlineWhilePaused'
  >;

/**
 * Keeps an execution Pending while its namespace is paused, and after the pause until earlier executions on its target have
 * started. Sends nothing if nothing is paused.
 */
export const awaitPauseEnd: Step<PauseContext> = async (execution, context, signal) => {
  const { namespace } = execution.metadata;
  const pause = context.pauses.of(namespace);
  if (pause !== undefined) return pauseStart(execution, pause, context, signal);
  return isPreceded(execution, context) ? { kind: 'settled', reason: 'AwaitsItsTurn' } : { kind: 'next', execution };
};

/**
 * Keeps an execution Pending during a pause, without its target. One that an earlier attempt has started is followed all the
 * same.
 */
export async function pauseStart(
  execution: WorkflowExecution,
  pause: Pause,
  context: PauseContext,
  signal: AbortSignal,
): Promise<ObservedOutcome> {
  // Before the read, which then finds what was created until now.
  const waitMs = context.creates.waitMs(execution);
  if (mayHaveRun(execution, context)) {
    const taken = await adoptOrEnd(execution, await context.adoption.find(execution, signal), context, signal);
    if (taken !== undefined) return taken;
    if (waitMs === 0) await freeTarget(execution, context, signal);
  }
  const { startDeadlineWhilePaused } = context.config;
  const due = [waitMs, startDeadlineInMs(execution, context) ?? 0].filter((ms) => ms > 0);
  return {
    kind: 'observed',
    observation: observePause(pause, !startDeadlineWhilePaused),
    ...(due.length === 0 ? {} : { requeueAfterMs: Math.min(...due) }),
  };
}

/** A PipelineRun is created only for an execution that has its lock. */
function mayHaveRun(execution: WorkflowExecution, { pipelineRuns, locks }: PauseContext): boolean {
  const target = targetOf(execution);
  const isLocked = target !== undefined && locks.isHeldBy(target, idOf(execution));
  return isLocked || pipelineRuns.cached(execution) !== undefined;
}

async function freeTarget(execution: WorkflowExecution, context: PauseContext, signal: AbortSignal): Promise<void> {
  context.occupancy.cancelReservation(execution);
  await releaseTarget(execution, context, signal);
}

function isPreceded(execution: WorkflowExecution, { executions, pauses }: PauseContext): boolean {
  const target = targetOf(execution);
  if (target === undefined) return false;
  const isPausedNow = (namespace: string) => pauses.of(namespace) !== undefined;
  return executions.onTarget(target).some((other) => precedes(other, execution, isPausedNow));
}
