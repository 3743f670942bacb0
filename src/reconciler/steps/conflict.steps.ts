import type { PipelineRun } from '../../tekton/pipeline-run.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { isRunning, observeConflict, observeConflictEnding, observeStart } from '../observe/observe-pipeline-run.ts';
import { refusalOf } from '../observe/observe-refusal.ts';
import { isControlledBy } from '../pipelinerun/ownership.ts';
import type { ExistingRun } from '../pipelinerun/pipeline-run-adoption.ts';
import { pollAfterMs, runOf, type RunEnd } from '../pipelinerun/run-end.ts';
import type { ObservedOutcome, Step } from './step.ts';
import type { With } from './step-context.ts';

/** What ends a conflicting PipelineRun. */
export type ConflictContext = With<'pipelineRuns' | 'runEnds' | 'clock', 'statusDeadlineMs'>;

/** Continues to end a PipelineRun that conflicts with an execution, once the status has recorded the conflict. */
export const endConflictingRun: Step<ConflictContext> = async (execution, context, signal) => {
  if (conflictSince(execution) === undefined) return { kind: 'next', execution };
  const found = await context.pipelineRuns.read(execution, signal);
  const pipelineRun = found !== undefined && isControlledBy(found, execution) ? found : undefined;
  return endConflict(execution, pipelineRun, context, signal);
};

/**
 * Handles a PipelineRun that exists before the status records one: the execution's own is adopted, one that differs is ended.
 *
 * @returns undefined if there is none, or it is controlled by something else
 */
export async function adoptOrEnd(
  execution: WorkflowExecution,
  existing: ExistingRun,
  context: ConflictContext,
  signal: AbortSignal,
): Promise<ObservedOutcome | undefined> {
  if (existing.kind === 'own') return { kind: 'observed', observation: observeStart(existing.pipelineRun, 'adopted') };
  return existing.kind === 'different' ? endConflict(execution, existing.pipelineRun, context, signal) : undefined;
}

/**
 * Ends a PipelineRun that names the execution as its controller and runs something else. It may change the target, so the
 * execution stays Pending and keeps its target until nothing of that run is alive. The status records the conflict, so that no
 * other PipelineRun is created when that one is gone.
 *
 * @param pipelineRun undefined if it is gone
 */
async function endConflict(
  execution: WorkflowExecution,
  pipelineRun: PipelineRun | undefined,
  context: ConflictContext,
  signal: AbortSignal,
): Promise<ObservedOutcome> {
  const run = runOf(execution, pipelineRun);
  const mayGoOn = pipelineRun !== undefined && isRunning(pipelineRun);
  if (mayGoOn) await context.pipelineRuns.cancel(pipelineRun, 'Immediate', signal);
  const end = await context.runEnds.ensureEnded(run, pipelineRun, signal);
  if ((end.kind === 'ended' && !mayGoOn) || isAbandoned(execution, end, context)) {
    return { kind: 'observed', observation: observeConflict(run, pipelineRun, end.taskRuns) };
  }
  const waitsFor = end.kind === 'waiting' ? end.waitsFor : `PipelineRun ${run.name}`;
  const requeueAfterMs = pollAfterMs(pipelineRun, context.clock.now());
  return { kind: 'observed', observation: observeConflictEnding(run, waitsFor), requeueAfterMs };
}

/** Whether Tekton has not recorded the end within the status deadline, and no step runs. */
function isAbandoned(execution: WorkflowExecution, end: RunEnd, { clock, config }: ConflictContext): boolean {
  const since = conflictSince(execution) ?? Infinity;
  const mayEnd = end.kind === 'ended' || end.isCancelled;
  return mayEnd && clock.now().getTime() - since > config.statusDeadlineMs;
}

/** When the status began to wait for the end of such a run, in milliseconds since the epoch. */
function conflictSince(execution: WorkflowExecution): number | undefined {
  const refusal = refusalOf(execution);
  return refusal?.reason === 'PipelineRunConflict' ? refusal.since : undefined;
}
