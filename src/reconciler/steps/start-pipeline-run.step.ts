import { AlreadyExistsError, CancelledError, KubernetesError, mayHaveTakenEffect } from '../../kubernetes/errors.ts';
import { LockContendedError } from '../../locking/target-locks.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { observeBusy } from '../observe/observe-lock.ts';
import { observeForeign, observeStart } from '../observe/observe-pipeline-run.ts';
import { observeRefusal } from '../observe/observe-refusal.ts';
import { adoptOrEnd } from './conflict.steps.ts';
import { unstartedEnd } from './end-unstarted.ts';
import { pauseStart, type PauseContext } from './pause.steps.ts';
import type { Step, StepOutcome } from './step.ts';
import type { With } from './step-context.ts';

type StartContext = PauseContext & With<'creationErrors' | 'starts'>;

/**
 * Creates the PipelineRun, or adopts the one that an earlier attempt created without recording it. There is never a second
 * one, because its name is derived from the execution's UID. The lock may have been lost since it was acquired: the other
 * executions on the target decide.
 */
export const startPipelineRun: Step<StartContext> = (execution, context, signal) =>
  context.starts.track(start(execution, context, signal));

async function start(execution: WorkflowExecution, context: StartContext, signal: AbortSignal): Promise<StepOutcome> {
  // An earlier attempt may have taken effect late, while quota or admission refuse every other one.
  if (context.pipelineRuns.cached(execution) !== undefined) {
    const taken = await adoptOrEnd(execution, await context.adoption.find(execution, signal), context, signal);
    if (taken !== undefined) return taken;
  }
  // A pause may have begun since the step that awaits its end. From here to the request nothing waits.
  const pause = context.pauses.of(execution.metadata.namespace);
  if (pause !== undefined) return pauseStart(execution, pause, context, signal);
  if (!context.occupancy.reserve(execution)) return yieldTarget(execution, context, signal);
  try {
    const created = await context.pipelineRuns.create(execution, signal);
    return { kind: 'observed', observation: observeStart(created, 'created') };
  } catch (error) {
    if (error instanceof AlreadyExistsError) return adopt(execution, error, context, signal);
    if (mayHaveTakenEffect(error)) context.creates.add(execution.metadata);
    if (!(error instanceof KubernetesError) || error instanceof CancelledError) throw error;
    context.creationErrors.inc();
    return refused(execution, error, context, signal);
  }
}

async function adopt(
  execution: WorkflowExecution,
  cause: AlreadyExistsError,
  context: StartContext,
  signal: AbortSignal,
): Promise<StepOutcome> {
  const endAs = unstartedEnd(execution, context);
  const existing = await context.adoption.find(execution, signal);
  const taken = await adoptOrEnd(execution, existing, context, signal);
  if (taken !== undefined) return taken;
  // It was deleted between the two calls: the next attempt creates it.
  if (existing.kind !== 'foreign') throw cause;
  cancelReservation(execution, context);
  return endAs(observeForeign(existing.pipelineRun));
}

/**
 * The PipelineRun was not created by this attempt. An earlier one whose result is unknown may have created it: quota and
 * admission are checked before the name.
 */
async function refused(
  execution: WorkflowExecution,
  error: KubernetesError,
  context: StartContext,
  signal: AbortSignal,
): Promise<StepOutcome> {
  cancelReservation(execution, context);
  const observation = observeRefusal(error);
  if (observation.phase === 'Pending') return { kind: 'observed', observation, retry: error };
  const endAs = unstartedEnd(execution, context);
  const taken = await adoptOrEnd(execution, await context.adoption.find(execution, signal), context, signal);
  return taken ?? endAs(observation);
}

/** Frees the target, unless a create may still take effect. */
function cancelReservation(execution: WorkflowExecution, { creates, occupancy }: StartContext): void {
  if (creates.waitMs(execution) === 0) occupancy.cancelReservation(execution);
}

/** Another execution has started on the target. One that has a PipelineRun itself is followed all the same. */
async function yieldTarget(
  execution: WorkflowExecution,
  context: StartContext,
  signal: AbortSignal,
): Promise<StepOutcome> {
  const endAs = unstartedEnd(execution, context);
  const existing = await context.adoption.find(execution, signal);
  const taken = await adoptOrEnd(execution, existing, context, signal);
  if (taken !== undefined) return taken;
  const occupant = await context.occupancy.occupant(execution, signal);
  if (occupant === undefined) throw new LockContendedError('Another execution on the target has just ended');
  return endAs(observeBusy(execution, occupant, context.clock.now()));
}
