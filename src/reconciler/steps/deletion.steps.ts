import { deletionFailure, isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import { finalizer, hasFinalizer } from '../../workflow-execution/metadata.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { pollAfterMs, runOf, tektonSyncMs } from '../pipelinerun/run-end.ts';
import type { Step, StepOutcome } from './step.ts';
import type { With } from './step-context.ts';

/**
 * Deletes the PipelineRun of an execution that is being deleted. Continues when it is gone, or has been terminating for some
 * seconds: a finalizer of another controller may keep it, or one of its TaskRuns, while Tekton does nothing more for it.
 * One that may still be created is awaited.
 */
export const deletePipelineRun: Step<With<'pipelineRuns' | 'creates' | 'retention' | 'clock'>> = async (
  execution,
  { pipelineRuns, creates, retention, clock },
  signal,
) => {
  if (!hasFinalizer(execution)) return { kind: 'settled', reason: 'LeftToOthers' };
  const waitMs = phaseOf(execution) === 'Pending' ? creates.waitMs(execution) : 0;
  const pipelineRun = await pipelineRuns.find(execution, signal);
  if (pipelineRun === undefined) {
    if (waitMs === 0) return { kind: 'next', execution };
    return { kind: 'settled', reason: 'StartUnconfirmed', requeueAfterMs: waitMs };
  }
  const { deletionTimestamp } = pipelineRun.metadata;
  if (deletionTimestamp === undefined) await pipelineRuns.delete(pipelineRun, signal);
  await retention.release(pipelineRun, signal);
  const settled = Date.parse(deletionTimestamp ?? '') + tektonSyncMs <= clock.now().getTime();
  if (settled) return { kind: 'next', execution };
  // The watch usually reports its end earlier.
  return { kind: 'settled', reason: 'PipelineRunIsBeingDeleted', requeueAfterMs: tektonSyncMs };
};

/**
 * Waits for what is left of the run of a deleted execution before its target is released. The run of an
 * execution that has ended is not read again.
 */
export const awaitRunEnd: Step<With<'runEnds' | 'clock'>> = async (execution, { runEnds, clock }, signal) => {
  if (isTerminal(phaseOf(execution))) return { kind: 'next', execution };
  const { kind } = await runEnds.ensureEnded(runOf(execution), undefined, signal);
  if (kind === 'ended') return { kind: 'next', execution };
  return { kind: 'settled', reason: 'RunIsEnding', requeueAfterMs: pollAfterMs(undefined, clock.now()) };
};

/**
 * Records the end of an execution that was deleted before it ended, if a finalizer of another controller keeps it: it would
 * stay Running and hold its target. An execution that only has our finalizer needs no such write.
 */
export function recordDeletion(execution: WorkflowExecution): StepOutcome {
  const { finalizers = [], deletionTimestamp } = execution.metadata;
  const isLeaving = finalizers.every((name) => name === finalizer);
  if (isLeaving || isTerminal(phaseOf(execution))) return { kind: 'next', execution };
  const observation = { phase: 'Failed', failure: deletionFailure(execution) } as const;
  // The audit event has the time of the deletion, and is identified by it.
  return { kind: 'observed', observation, at: new Date(deletionTimestamp ?? '') };
}

/**
 * Keeps an execution that is being deleted until its audit events are recorded, because they are built from it; at most for
 * WFE_AUDIT_DELETE_WAIT. What is not recorded by then is written to the log.
 */
export const awaitAudit: Step<With<'trail' | 'clock', 'auditDeleteWaitMs'>> = (execution, { trail, clock, config }) => {
  if (trail.status(execution).isFinal) return { kind: 'next', execution };
  const now = clock.now().getTime();
  const deletedAt = Date.parse(execution.metadata.deletionTimestamp ?? '') || now;
  const requeueAfterMs = deletedAt + config.auditDeleteWaitMs - now;
  if (requeueAfterMs > 0) return { kind: 'settled', reason: 'AuditIsPending', requeueAfterMs };
  trail.abandon(execution);
  return { kind: 'next', execution };
};

/** Removes our finalizer when nothing is left to do. */
export const removeFinalizer: Step<With<'executions' | 'statuses'>> = async (
  execution,
  { executions, statuses },
  signal,
) => {
  const removed = await executions.removeFinalizer(execution, signal);
  if (removed === 'outdated') return { kind: 'outdated' };
  statuses.reportDeleted(execution);
  return { kind: 'settled', reason: 'Deleted' };
};
