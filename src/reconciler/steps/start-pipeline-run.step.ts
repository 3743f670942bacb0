import { AlreadyExistsError, CancelledError, KubernetesError } from '../../kubernetes/errors.ts';
import { LockContendedError } from '../../locking/target-locks.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { observeBusy } from '../observe/observe-lock.ts';
import { observeForeign, observeStart } from '../observe/observe-pipeline-run.ts';
import { observeRefusal } from '../observe/observe-refusal.ts';
import { adoptOrEnd, type ConflictContext } from './conflict.steps.ts';
import type { Step, StepOutcome } from './step.ts';
import type { With } from './step-context.ts';

type StartContext = ConflictContext & With<'adoption' | 'occupancy' | 'creationErrors'>;

/**
 * Creates the PipelineRun, or adopts the one that an earlier attempt created without recording it. There is never a second
 * one, because its name is derived from the execution's UID. The lock may have been lost since it was acquired: the other
 * executions on the target decide.
 */
export const startPipelineRun: Step<StartContext> = async (execution, context, signal) => {
  if (!context.occupancy.reserve(execution)) return yieldTarget(execution, context, signal);
  try {
    const created = await context.pipelineRuns.create(execution, signal);
    return { kind: 'observed', observation: observeStart(created, 'created') };
  } catch (error) {
    if (error instanceof AlreadyExistsError) return adopt(execution, error, context, signal);
    if (!(error instanceof KubernetesError) || error instanceof CancelledError) throw error;
    if (isRefusal(error)) context.occupancy.cancelReservation(execution);
    context.creationErrors.inc();
    const observation = observeRefusal(error);
    return { kind: 'observed', observation, retry: observation.phase === 'Pending' ? error : undefined };
  }
};

async function adopt(
  execution: WorkflowExecution,
  cause: AlreadyExistsError,
  context: StartContext,
  signal: AbortSignal,
): Promise<StepOutcome> {
  const existing = await context.adoption.find(execution, signal);
  const taken = await adoptOrEnd(execution, existing, context, signal);
  if (taken !== undefined) return taken;
  // It was deleted between the two calls: the next attempt creates it.
  if (existing.kind !== 'foreign') throw cause;
  context.occupancy.cancelReservation(execution);
  return { kind: 'observed', observation: observeForeign(existing.pipelineRun) };
}

/** Another execution has started on the target. One that has a PipelineRun itself is followed all the same. */
async function yieldTarget(
  execution: WorkflowExecution,
  context: StartContext,
  signal: AbortSignal,
): Promise<StepOutcome> {
  const existing = await context.adoption.find(execution, signal);
  const taken = await adoptOrEnd(execution, existing, context, signal);
  if (taken !== undefined) return taken;
  const occupant = await context.occupancy.occupant(execution, signal);
  if (occupant === undefined) throw new LockContendedError('Another execution on the target has just ended');
  return { kind: 'observed', observation: observeBusy(execution, occupant, context.clock.now()) };
}

/** Whether an error proves that nothing was created. */
function isRefusal({ code }: KubernetesError): boolean {
  return code !== 'Unavailable' && code !== 'InvalidObject';
}
