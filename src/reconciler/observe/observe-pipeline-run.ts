import { classifyFailure } from '../../tekton/classify-failure.ts';
import { advice } from '../../tekton/failure-reasons.ts';
import {
  cancellationOf,
  isPaused,
  pipelineRunApiVersion,
  pipelineRunPending,
  pipelineRunResource,
  type PipelineRun,
  readOutcome,
} from '../../tekton/pipeline-run.ts';
import { type RunIdentity, stepsMayHaveRun } from '../../tekton/run-activity.ts';
import type { TaskPod } from '../../tekton/task-pod.ts';
import type { TaskRun } from '../../tekton/task-run.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import type { Observation } from '../../workflow-execution/observation.ts';
import type { Redact } from '../../workflow-execution/redact.ts';

type Running = Extract<Observation, { phase: 'Running' }>;

/** Observes a PipelineRun that is running according to Tekton. */
export function observeRunning(pipelineRun: PipelineRun): Running {
  return { phase: 'Running', ...identityOf(pipelineRun), ...progressOf(pipelineRun) };
}

/** Observes a PipelineRun that was just created, or that an earlier attempt created. */
export function observeStart(pipelineRun: PipelineRun, begun: 'created' | 'adopted'): Observation {
  return { ...observeRunning(pipelineRun), begun };
}

/**
 * Observes a run whose PipelineRun has ended or is gone while a step of it still runs or may start. The execution stays
 * Running, because its end promises that the target is free.
 *
 * @param waitsFor describes the TaskRuns or pods
 */
export function observeEnding(run: RunIdentity, pipelineRun: PipelineRun | undefined, waitsFor: string): Running {
  const message = `PipelineRun ${run.name} ${endOf(pipelineRun)}. Waiting for ${waitsFor} to end.`;
  const waiting = 'Ending';
  if (pipelineRun !== undefined) return { ...observeRunning(pipelineRun), message, waiting };
  const { namespace, name, uid } = run;
  const reference = { apiVersion: pipelineRunApiVersion, kind: pipelineRunResource.kind, name, namespace, uid };
  return { phase: 'Running', pipelineRun: reference, message, waiting };
}

function endOf(pipelineRun: PipelineRun | undefined): string {
  if (pipelineRun === undefined) return 'is gone';
  const { state, reason } = readOutcome(pipelineRun);
  if (state === 'running') return isBeingDeleted(pipelineRun) ? 'is being deleted' : 'is being given up';
  return state === 'succeeded' ? 'has succeeded' : `has ended as ${reason || 'failed'}`;
}

/**
 * Observes a run of which nothing is alive.
 *
 * @param taskRuns all that still exist; used only if the run has failed
 * @param redact for messages of Tekton, which may quote parameters
 * @param pods all that still exist; used only for some failures ({@link mayHaveLostPod})
 */
export function observeEnd(
  pipelineRun: PipelineRun,
  taskRuns: readonly TaskRun[],
  redact: Redact,
  pods?: readonly TaskPod[],
): Observation {
  const { state, completionTime, message } = readOutcome(pipelineRun);
  const { bundleDigest, undeclaredParams } = pipelineRun.status;
  const common = { ...identityOf(pipelineRun), completionTime, bundleDigest, undeclaredParams };
  const { name } = pipelineRun.metadata;
  switch (state) {
    case 'succeeded': {
      const { childReferences, skippedTasks } = pipelineRun.status;
      const allTasksSkipped = childReferences.length === 0 && skippedTasks > 0;
      return {
        phase: 'Completed',
        ...common,
        message: `PipelineRun ${name} succeeded. ${redact(message)}`,
        allTasksSkipped,
      };
    }
    case 'failed':
      return { phase: 'Failed', ...common, failure: classifyFailure(pipelineRun, taskRuns, redact, pods) };
    case 'running':
      return { phase: 'Failed', ...common, failure: deleted(name, mayHaveRun(pipelineRun, taskRuns)) };
    case 'unknown': {
      const reason = 'UnknownStatus';
      const wasExecutionFailure = stepsMayHaveRun(pipelineRun, taskRuns);
      const failure = { reason, message: `${advice[reason]} It is ${name}.`, wasExecutionFailure } as const;
      return { phase: 'Failed', ...common, failure };
    }
  }
}

/** Observes a Running execution whose PipelineRun is gone. Nothing says what it did, so steps count as having run. */
export function observeMissingPipelineRun({ status }: WorkflowExecution): Observation {
  const { pipelineRunRef } = status ?? {};
  if (pipelineRunRef !== undefined) return { phase: 'Failed', failure: deleted(pipelineRunRef.name, true) };
  const reason = 'MissingPipelineRun';
  const message = `${advice[reason]} The status says Running, but there is no PipelineRun of this execution.`;
  return { phase: 'Failed', failure: { reason, message, wasExecutionFailure: true } };
}

const conflict = 'PipelineRunConflict';

/** Observes an execution whose PipelineRun name is taken by a PipelineRun with another controller. */
export function observeForeign({ metadata: { name } }: PipelineRun): Observation {
  const message = `${advice[conflict]} PipelineRun ${name} exists and is not controlled by this execution.`;
  return { phase: 'Failed', failure: { reason: conflict, message, wasExecutionFailure: false } };
}

/** Observes an execution whose PipelineRun name is taken by one that it controls but that differs from its own. */
export function observeConflictEnding({ name }: RunIdentity, waitsFor: string): Observation {
  const message = `${differs(name)} It is being cancelled. Waiting for ${waitsFor} to end.`;
  return { phase: 'Pending', reason: conflict, message };
}

/**
 * Observes the same once nothing of that PipelineRun is alive.
 *
 * @param pipelineRun undefined if it is gone
 * @param taskRuns all that still exist
 */
export function observeConflict(
  { name }: RunIdentity,
  pipelineRun: PipelineRun | undefined,
  taskRuns: readonly TaskRun[],
): Observation {
  const wasExecutionFailure = pipelineRun === undefined || mayHaveRun(pipelineRun, taskRuns);
  const message = `${advice[conflict]} ${differs(name)} It was cancelled.`;
  return { phase: 'Failed', failure: { reason: conflict, message, wasExecutionFailure } };
}

function differs(name: string): string {
  return `PipelineRun ${name} exists and differs from what this execution would create.`;
}

/** Whether a PipelineRun is being deleted: Tekton does nothing more for it. */
export function isBeingDeleted({ metadata }: PipelineRun): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Whether Tekton still works on a PipelineRun. */
export function isRunning(pipelineRun: PipelineRun): boolean {
  return readOutcome(pipelineRun).state === 'running' && !isBeingDeleted(pipelineRun);
}

/**
 * Whether steps may have run. TaskRuns are deleted before their PipelineRun: that none is left proves something only before
 * Tekton started, or after it recorded the end with its children.
 */
function mayHaveRun(pipelineRun: PipelineRun, taskRuns: readonly TaskRun[]): boolean {
  const hasStarted = pipelineRun.status.startTime !== undefined && readOutcome(pipelineRun).state === 'running';
  return stepsMayHaveRun(pipelineRun, taskRuns) || (hasStarted && taskRuns.length === 0);
}

function deleted(name: string, wasExecutionFailure: boolean) {
  const reason = 'PipelineRunDeleted';
  return {
    reason,
    message: `${advice[reason]} PipelineRun ${name} was deleted before it ended.`,
    wasExecutionFailure,
  } as const;
}

/** The reference to a PipelineRun and its creation time; the response to its creation has both. */
function identityOf({ apiVersion, kind, metadata }: PipelineRun): Pick<Running, 'pipelineRun' | 'startTime'> {
  const { name, namespace = '', uid, creationTimestamp: startTime } = metadata;
  return { pipelineRun: { apiVersion, kind, name, namespace, uid }, startTime };
}

function progressOf(pipelineRun: PipelineRun): Pick<Running, 'message' | 'cancelling' | 'waiting'> {
  const { name } = pipelineRun.metadata;
  const cancelling = cancellationOf(pipelineRun);
  if (cancelling !== undefined) return { message: `PipelineRun ${name} is being cancelled`, cancelling };
  if (isPaused(pipelineRun)) {
    const message = `PipelineRun ${name} waits for its spec.status ${pipelineRunPending} to be cleared, for example by Kueue`;
    return { message, waiting: pipelineRunPending };
  }
  // The same before and after Tekton starts it, so that the start costs no write.
  return { message: `PipelineRun ${name} is in progress` };
}
