import { CancelledError } from '../../kubernetes/errors.ts';
import { UnreadableLockError } from '../../locking/lock-lease.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { logFields } from '../../workflow-execution/execution.ts';
import { targetOf } from '../../workflow-execution/target-resource.ts';
import { observeBusy, observeCooldown, observeLockTrouble } from '../observe/observe-lock.ts';
import { claimOf, cooldownOf, idOf } from '../target/lock-claim.ts';
import { endUnstarted } from './end-unstarted.ts';
import type { Step, StepOutcome } from './step.ts';
import type { With } from './step-context.ts';

type AcquireContext = With<'locks' | 'occupancy' | 'adoption' | 'creates' | 'clock'>;

/**
 * Locks the target. An execution that cannot have it is skipped, unless it already has a PipelineRun: a run is
 * always followed to its end.
 */
export const acquireTarget: Step<AcquireContext> = async (execution, context, signal) => {
  try {
    return await acquire(execution, context, signal);
  } catch (error) {
    if (!(error instanceof Error) || error instanceof CancelledError) throw error;
    return { kind: 'observed', observation: observeLockTrouble(error), retry: error };
  }
};

async function acquire(
  execution: WorkflowExecution,
  context: AcquireContext,
  signal: AbortSignal,
): Promise<StepOutcome> {
  const target = targetOf(execution);
  if (target === undefined) return { kind: 'next', execution };
  const { locks, occupancy } = context;
  const now = context.clock.now();
  const evidence = {
    cooldowns: occupancy.cooldowns(execution),
    occupant: () => occupancy.occupant(execution, signal),
  };
  const acquisition = await locks.acquire(target, claimOf(execution), now, signal, evidence);
  if (acquisition.kind === 'acquired') return { kind: 'next', execution };
  const observation =
    acquisition.kind === 'busy'
      ? observeBusy(execution, acquisition.holder, now)
      : observeCooldown(execution, acquisition.earlier, acquisition.remainingMs, now);
  return endUnstarted(execution, observation, context, signal);
}

/**
 * Restores the deleted or emptied lock of a Running execution. The target is safe without it, because
 * executions are checked as well; so an error is logged and delays nothing.
 */
export const restoreLock: Step<With<'locks' | 'clock' | 'log'>> = async (execution, { locks, clock, log }, signal) => {
  const target = targetOf(execution);
  try {
    if (target !== undefined) await locks.restore(target, idOf(execution), clock.now(), signal);
  } catch (err) {
    if (err instanceof CancelledError) throw err;
    log.warn({ ...logFields(execution.metadata), target, err }, 'lock not restored');
  }
  return { kind: 'next', execution };
};

/**
 * Releases the target of an execution that is being deleted and leaves its cooldown in the lock, because the execution
 * can no longer be read. An execution that has ended and stays needs no release: its phase says that the target is free.
 */
export const releaseTarget: Step<With<'locks' | 'clock' | 'log'>> = async (
  execution,
  { locks, clock, log },
  signal,
) => {
  const target = targetOf(execution);
  if (target === undefined) return { kind: 'next', execution };
  const now = clock.now();
  try {
    await locks.release(target, idOf(execution), cooldownOf(execution, now), now, signal);
  } catch (err) {
    // There is nothing to release, and the deletion must not wait until the Lease is deleted.
    if (!(err instanceof UnreadableLockError)) throw err;
    log.warn({ ...logFields(execution.metadata), target, err }, 'lock not released');
  }
  return { kind: 'next', execution };
};
