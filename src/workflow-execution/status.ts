import { allCancelModes, isTerminal, phaseOf } from './execution.ts';
import { mergeConditions, type ConditionUpdate } from './conditions.ts';
import { formatDurationMs } from './duration.ts';
import type {
  CancelMode,
  Failure,
  Outcome,
  Phase,
  WorkflowExecution,
  WorkflowExecutionStatus,
} from './generated/workflow-execution.ts';
import type { Observation, RunningReason, RunRecord } from './observation.ts';
import { truncate, maxColumnLength, maxMessageLength } from './text.ts';
import { timestamp } from './timestamp.ts';

/**
 * The next status of an execution, computed from the execution, an observation and the time.
 * - Phases only advance and final ones stay: a late observation changes nothing.
 * - Repeating an observation later gives the same status.
 */
export function nextStatus(execution: WorkflowExecution, observation: Observation, now: Date): WorkflowExecutionStatus {
  const previous = execution.status ?? {};
  if (isLate(phaseOf(execution), observation.phase)) return previous;
  const { generation } = execution.metadata;
  return {
    ...previous,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase: observation.phase,
    ...outcomeOf(observation.phase),
    message: truncate(messageOf(observation), maxColumnLength),
    ...pipelineRunOf(previous, observation),
    ...recordOf(previous, observation, now),
    ...(observation.phase === 'Failed' ? { failure: bounded(observation.failure) } : {}),
    ...(observation.phase === 'Skipped' ? { skip: bounded(observation.skip) } : {}),
    conditions: mergeConditions(previous.conditions ?? [], conditionsOf(previous, observation), { now, generation }),
  };
}

/** The status of an execution with one condition updated. */
export function withCondition(
  { status = {}, metadata: { generation } }: WorkflowExecution,
  update: ConditionUpdate,
  now: Date,
): WorkflowExecutionStatus {
  return { ...status, conditions: mergeConditions(status.conditions ?? [], [update], { now, generation }) };
}

/** The status of an execution; undefined while it is the CRD's default. */
export function observedStatus({ status }: WorkflowExecution): WorkflowExecutionStatus | undefined {
  return status?.observedGeneration === -1 ? undefined : status;
}

/** Whether the status of an execution is from its current spec. */
export function isGenerationObserved({ metadata, status }: WorkflowExecution): boolean {
  return status?.observedGeneration === metadata.generation;
}

/**
 * The status of a finished execution with the current generation, which changes nothing else. kstatus, and so Flux and kpt,
 * wait for the generation: https://github.com/kubernetes-sigs/cli-utils/tree/master/pkg/kstatus
 */
export function withObservedGeneration({ status = {}, metadata }: WorkflowExecution): WorkflowExecutionStatus {
  const { generation: observedGeneration } = metadata;
  const conditions = status.conditions?.map((condition) => ({ ...condition, observedGeneration }));
  return { ...status, observedGeneration, conditions };
}

/** Reasons of the condition Ready while the PipelineRun is being canceled. */
const cancellingReasons = {
  Graceful: 'Cancelling',
  Immediate: 'CancellingImmediately',
} as const satisfies Readonly<Record<CancelMode, RunningReason>>;

/** Reason of the condition Ready while Tekton does not record the end of the PipelineRun. */
const endNotRecorded = 'EndNotRecorded' satisfies RunningReason;

/** Reason of the condition Ready while a PipelineRun is canceled that has not started in time. */
export const startDeadlineExceeded = 'StartDeadlineExceeded' satisfies RunningReason;

/** Reason of the conditions of an execution that a pause keeps from starting. */
export const pausedReason = 'Paused';

/** Reason of the condition Ready of a Completed execution without steps. */
const allTasksSkipped = 'AllTasksSkipped';

/** How the PipelineRun of an execution is being canceled, according to the status; undefined if it is not. */
export function cancellingMode({ status }: WorkflowExecution): CancelMode | undefined {
  return allCancelModes.find((mode) => hasReadyReason(status, cancellingReasons[mode]));
}

/** Whether the status reports that Tekton does not record the end of the PipelineRun. */
export function isEndNotRecorded({ status }: WorkflowExecution): boolean {
  return hasReadyReason(status, endNotRecorded);
}

/** Whether the status reports that the PipelineRun has not started in time. */
export function isStartDeadlineExceeded({ status }: WorkflowExecution): boolean {
  return hasReadyReason(status, startDeadlineExceeded);
}

/** Whether the status of a Running execution reports that it runs, and not that it waits for something. */
export function isInProgress({ status }: WorkflowExecution): boolean {
  return hasReadyReason(status, 'Running' satisfies Phase);
}

/** Whether the status reports that a pause keeps the execution from starting. */
export function isPaused({ status }: Pick<WorkflowExecution, 'status'>): boolean {
  return hasReadyReason(status, pausedReason);
}

/** Whether an execution is Completed without steps, because the `when` expressions of all tasks were false. */
export function hasSkippedAllTasks({ status }: WorkflowExecution): boolean {
  return hasReadyReason(status, allTasksSkipped);
}

/** Whether steps of an execution ran, or may run now: its workflow then has a cooldown on the target from its end. */
export function mayHaveRunSteps(execution: WorkflowExecution): boolean {
  const phase = phaseOf(execution);
  return (
    (phase === 'Completed' && !hasSkippedAllTasks(execution)) ||
    execution.status?.failure?.wasExecutionFailure === true ||
    phase === 'Running'
  );
}

function hasReadyReason(status: WorkflowExecutionStatus | undefined, expected: string): boolean {
  return status?.conditions?.some(({ type, reason }) => type === 'Ready' && reason === expected) ?? false;
}

function isLate(current: Phase, observed: Phase): boolean {
  return isTerminal(current) || (current === 'Running' && observed === 'Pending');
}

const outcomes: Readonly<Partial<Record<Phase, Outcome>>> = {
  Completed: 'Success',
  Failed: 'Failed',
  Skipped: 'Skipped',
};

function outcomeOf(phase: Phase): Pick<WorkflowExecutionStatus, 'outcome'> {
  const outcome = outcomes[phase];
  return outcome === undefined ? {} : { outcome };
}

function messageOf(observation: Observation): string {
  switch (observation.phase) {
    case 'Failed':
      return observation.failure.message;
    case 'Skipped':
      return observation.skip.message;
    default:
      return observation.message;
  }
}

/** The first reference stays: an execution has one PipelineRun, and the CRD rejects another one. */
function pipelineRunOf(
  previous: WorkflowExecutionStatus,
  observation: Observation,
): Pick<WorkflowExecutionStatus, 'pipelineRunRef'> {
  const reference = previous.pipelineRunRef ?? ('pipelineRun' in observation ? observation.pipelineRun : undefined);
  return reference === undefined ? {} : { pipelineRunRef: reference };
}

/** Start, end, bundle and results of the run. */
function recordOf(
  previous: WorkflowExecutionStatus,
  observation: Observation,
  now: Date,
): Pick<WorkflowExecutionStatus, 'startTime' | 'completionTime' | 'duration' | 'bundleDigest' | 'results'> {
  const observed: RunRecord = observation.phase === 'Pending' || observation.phase === 'Skipped' ? {} : observation;
  const { startTime = previous.startTime, bundleDigest, results } = observed;
  const completionTime = isTerminal(observation.phase) ? (observed.completionTime ?? timestamp(now)) : undefined;
  return {
    ...(startTime === undefined ? {} : { startTime }),
    ...(completionTime === undefined ? {} : { completionTime }),
    ...(bundleDigest === undefined ? {} : { bundleDigest }),
    ...(results === undefined ? {} : { results: [...results] }),
    ...durationOf(startTime, completionTime),
  };
}

function durationOf(startTime?: string, completionTime?: string): Pick<WorkflowExecutionStatus, 'duration'> {
  if (startTime === undefined || completionTime === undefined) return {};
  return { duration: formatDurationMs(Math.max(0, Date.parse(completionTime) - Date.parse(startTime))) };
}

function bounded<T extends Pick<Failure, 'message'>>(value: T): T {
  return { ...value, message: truncate(value.message, maxMessageLength) };
}

function conditionsOf(previous: WorkflowExecutionStatus, observation: Observation): ConditionUpdate[] {
  const reason = reasonOf(observation);
  const message = truncate(messageOf(observation), maxColumnLength);
  const ready = { type: 'Ready', reason, message } as const;
  const finished = { type: 'Finished', status: 'True', reason, message } as const;
  switch (observation.phase) {
    case 'Pending':
      // In full: the failure quotes it if the start deadline passes.
      return [{ ...ready, status: 'Unknown' }, ...notYetCreated(observation)];
    case 'Running':
      return [{ ...ready, status: 'Unknown' }, created(observation.pipelineRun.name)];
    case 'Completed':
      return [{ ...ready, status: 'True' }, created(observation.pipelineRun.name), finished];
    case 'Failed':
    case 'Skipped': {
      const name = pipelineRunOf(previous, observation).pipelineRunRef?.name;
      return [
        { ...ready, status: 'False' },
        name === undefined ? notCreated(reason, message) : created(name),
        finished,
        { type: 'Stalled', status: 'True', reason, message },
      ];
    }
  }
}

function reasonOf(observation: Observation): string {
  switch (observation.phase) {
    case 'Failed':
      return observation.failure.reason;
    case 'Skipped':
      return observation.skip.reason;
    case 'Pending':
      return observation.reason;
    case 'Running':
      return runningReasonOf(observation) ?? observation.phase;
    case 'Completed':
      return observation.allTasksSkipped === true ? allTasksSkipped : observation.phase;
  }
}

function runningReasonOf(observation: Extract<Observation, { phase: 'Running' }>): RunningReason | undefined {
  if (observation.endNotRecorded === true) return endNotRecorded;
  if (observation.cancelling !== undefined) return cancellingReasons[observation.cancelling];
  return observation.waiting;
}

function created(name: string): ConditionUpdate {
  return {
    type: 'PipelineRunCreated',
    status: 'True',
    reason: 'PipelineRunCreated',
    message: `PipelineRun ${name} was created`,
  };
}

function notYetCreated(observation: Extract<Observation, { phase: 'Pending' }>): ConditionUpdate[] {
  if (observation.keepsRefusal === true) return [];
  const condition = notCreated(observation.reason, observation.message);
  // The start deadline counts from when the condition became False.
  return [observation.stopsStartDeadline === true ? { ...condition, status: 'Unknown' } : condition];
}

function notCreated(reason: string, message: string): ConditionUpdate {
  return { type: 'PipelineRunCreated', status: 'False', reason, message };
}
