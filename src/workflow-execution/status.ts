import { allCancelModes } from './cancel-mode.ts';
import { mergeConditions, type ConditionUpdate } from './conditions.ts';
import type {
  CancelMode,
  Failure,
  Outcome,
  Phase,
  WorkflowExecution,
  WorkflowExecutionStatus,
} from './generated/workflow-execution.ts';
import type { Observation, RunTimes } from './observation.ts';
import { isTerminal, phaseOf } from './phase.ts';
import { cut, maxMessageLength } from './text.ts';
import { timestamp } from './timestamp.ts';

/**
 * The next status of an execution, made of the execution, one observation and the time, and of nothing else.
 * - A phase only goes forward, and a terminal one is never left: an observation that is late changes nothing.
 * - The same observation twice gives the same status, whatever time has passed.
 */
export function summarise(execution: WorkflowExecution, observation: Observation, now: Date): WorkflowExecutionStatus {
  const previous = execution.status ?? {};
  if (isLate(phaseOf(execution), observation.phase)) return previous;
  const { generation } = execution.metadata;
  return {
    ...previous,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase: observation.phase,
    ...outcomeOf(observation.phase),
    message: cut(messageOf(observation), maxMessageLength),
    ...pipelineRunOf(previous, observation),
    ...timesOf(previous, observation, now),
    ...(observation.phase === 'Failed' ? { failure: bounded(observation.failure) } : {}),
    ...(observation.phase === 'Skipped' ? { skip: bounded(observation.skip) } : {}),
    conditions: mergeConditions(previous.conditions ?? [], conditionsOf(previous, observation), { now, generation }),
  };
}

/** The status of an execution with one condition brought up to date, and nothing else. */
export function withCondition(
  { status = {}, metadata: { generation } }: WorkflowExecution,
  update: ConditionUpdate,
  now: Date,
): WorkflowExecutionStatus {
  return { ...status, conditions: mergeConditions(status.conditions ?? [], [update], { now, generation }) };
}

/** Reasons of the condition Ready while Tekton has been asked to cancel the PipelineRun. */
const cancellingReasons: Readonly<Record<CancelMode, string>> = {
  Graceful: 'Cancelling',
  Immediate: 'CancellingImmediately',
};

/** Reason of the condition Ready while Tekton does not record the end of the PipelineRun. */
const endNotRecorded = 'EndNotRecorded';

/** Reason of the condition Ready of an execution that is Completed although no step has run. */
const allTasksSkipped = 'AllTasksSkipped';

/** How the PipelineRun of an execution is being cancelled, as its status says; undefined when it is not. */
export function cancellingMode({ status }: WorkflowExecution): CancelMode | undefined {
  return allCancelModes.find((mode) => hasReadyReason(status, cancellingReasons[mode]));
}

/** Whether an execution says of itself that Tekton does not record the end of its PipelineRun. */
export function isEndNotRecorded({ status }: WorkflowExecution): boolean {
  return hasReadyReason(status, endNotRecorded);
}

/** Whether an execution is Completed although no step has run: the conditions of its tasks did not hold. */
export function hasSkippedAllTasks({ status }: WorkflowExecution): boolean {
  return hasReadyReason(status, allTasksSkipped);
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

/** The first reference stays: an execution has one PipelineRun in its life, and the CRD refuses another one. */
function pipelineRunOf(
  previous: WorkflowExecutionStatus,
  observation: Observation,
): Pick<WorkflowExecutionStatus, 'pipelineRunRef'> {
  const reference = previous.pipelineRunRef ?? ('pipelineRun' in observation ? observation.pipelineRun : undefined);
  return reference === undefined ? {} : { pipelineRunRef: reference };
}

function timesOf(
  previous: WorkflowExecutionStatus,
  observation: Observation,
  now: Date,
): Pick<WorkflowExecutionStatus, 'startTime' | 'completionTime'> {
  const observed: RunTimes = observation.phase === 'Pending' || observation.phase === 'Skipped' ? {} : observation;
  const startTime = observed.startTime ?? previous.startTime;
  const completionTime = isTerminal(observation.phase) ? (observed.completionTime ?? timestamp(now)) : undefined;
  return {
    ...(startTime === undefined ? {} : { startTime }),
    ...(completionTime === undefined ? {} : { completionTime }),
  };
}

function bounded<T extends Pick<Failure, 'message'>>(told: T): T {
  return { ...told, message: cut(told.message, maxMessageLength) };
}

function conditionsOf(previous: WorkflowExecutionStatus, observation: Observation): ConditionUpdate[] {
  const message = messageOf(observation);
  const ready = { type: 'Ready', reason: reasonOf(observation), message } as const;
  switch (observation.phase) {
    case 'Pending':
      return [{ ...ready, status: 'Unknown' }, notCreated(observation.reason, message)];
    case 'Running':
      return [{ ...ready, status: 'Unknown' }, created(observation.pipelineRun.name)];
    case 'Completed':
      return [{ ...ready, status: 'True' }, created(observation.pipelineRun.name)];
    case 'Failed':
    case 'Skipped': {
      const name = pipelineRunOf(previous, observation).pipelineRunRef?.name;
      return [
        { ...ready, status: 'False' },
        name === undefined ? notCreated(reasonOf(observation), message) : created(name),
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
      if (observation.endNotRecorded === true) return endNotRecorded;
      return observation.cancelling === undefined ? observation.phase : cancellingReasons[observation.cancelling];
    case 'Completed':
      return observation.allTasksSkipped === true ? allTasksSkipped : observation.phase;
  }
}

function created(name: string): ConditionUpdate {
  return {
    type: 'PipelineRunCreated',
    status: 'True',
    reason: 'PipelineRunCreated',
    message: `PipelineRun ${name} was created`,
  };
}

function notCreated(reason: string, message: string): ConditionUpdate {
  return { type: 'PipelineRunCreated', status: 'False', reason, message };
}
