import { hasFinalizer, isRestored } from '../../workflow-execution/metadata.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { phaseOf } from '../../workflow-execution/execution.ts';
import { timestamp } from '../../workflow-execution/timestamp.ts';
import { observeStartDeadline, refusalOf, type Refusal } from '../observe/observe-refusal.ts';
import { endUnstarted } from './end-unstarted.ts';
import type { Step } from './step.ts';
import type { With } from './step-context.ts';

/**
 * Adds the finalizer before anything else is done or written, so that the execution outlives its PipelineRun and is kept until
 * its audit events are recorded. Executions that were created through the API have it from the start.
 */
export const addFinalizer: Step<With<'executions'>> = async (execution, { executions }, signal) => {
  if (hasFinalizer(execution)) return { kind: 'next', execution };
  const guarded = await executions.addFinalizer(execution, signal);
  return guarded === 'outdated' ? { kind: 'outdated' } : { kind: 'next', execution: guarded };
};

/**
 * Skips an execution that was restored from a backup without its status: the original may have run. One that has a phase or
 * a PipelineRun was started by this service.
 */
export const skipRestored: Step<With<'adoption' | 'creates' | 'clock'>> = async (execution, context, signal) => {
  if (execution.status?.phase !== undefined || !isRestored(execution)) return { kind: 'next', execution };
  const message =
    'Create a new execution if the target still needs it. This one was restored from a backup without its status, so it ' +
    'may have run before.';
  const skip = { reason: 'Restored', message, skippedAt: timestamp(context.clock.now()) } as const;
  return endUnstarted(execution, { phase: 'Skipped', skip }, context, signal);
};

/**
 * Ends an execution that is cancelled before its start. If an earlier attempt has created a PipelineRun without recording
 * it, the execution is started first, so that the PipelineRun can be cancelled.
 */
export const cancelBeforeStart: Step<With<'adoption' | 'creates'>> = async (execution, context, signal) => {
  if (execution.spec.cancelRequested !== true) return { kind: 'next', execution };
  const message = 'It was cancelled before it was started: nothing was created, and nothing ran.';
  const failure = { reason: 'Cancelled', message, wasExecutionFailure: false } as const;
  return endUnstarted(execution, { phase: 'Failed', failure }, context, signal);
};

/**
 * Fails an execution that could not be started within the start deadline, so that its target is free again. The time counts
 * from the first refusal, which the status records, or from when the API server first refused the status itself. There is no
 * last attempt: it might take effect late and start the PipelineRun of an execution that has failed.
 */
export const enforceStartDeadline: Step<
  StartDeadlineContext & With<'adoption' | 'creates' | 'pauses', 'startDeadlineWhilePaused'>
> = async (execution, context, signal) => {
  const refusal = currentRefusal(execution, context);
  if (refusal === undefined || leftMs(refusal, context) > 0 || isStopped(execution, context))
    return { kind: 'next', execution };
  return endUnstarted(execution, observeStartDeadline(refusal, context.config.startDeadlineMs), context, signal);
};

/** Whether a pause stops the start deadline. */
function isStopped(
  { metadata }: WorkflowExecution,
  { pauses, config }: With<'pauses', 'startDeadlineWhilePaused'>,
): boolean {
  return !config.startDeadlineWhilePaused && pauses.of(metadata.namespace) !== undefined;
}

type StartDeadlineContext = With<'refusedStatuses' | 'clock', 'startDeadlineMs'>;

/** Milliseconds until a Pending execution reaches its start deadline; undefined if it was not refused or has reached it. */
export function startDeadlineInMs(execution: WorkflowExecution, context: StartDeadlineContext): number | undefined {
  const refusal = phaseOf(execution) === 'Pending' ? currentRefusal(execution, context) : undefined;
  const ms = refusal && leftMs(refusal, context);
  return (ms ?? 0) > 0 ? ms : undefined;
}

function currentRefusal(execution: WorkflowExecution, { refusedStatuses }: StartDeadlineContext): Refusal | undefined {
  return refusalOf(execution) ?? refusedStatuses.refusalOf(execution);
}

function leftMs({ since }: Refusal, { clock, config }: StartDeadlineContext): number {
  return since + config.startDeadlineMs - clock.now().getTime();
}
