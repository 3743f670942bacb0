import { goDurationString } from '../workflow-execution/duration.ts';
import { deletionFailure, phaseOf } from '../workflow-execution/execution.ts';
import type { Failure, FailureReason, WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { truncate } from '../workflow-execution/text.ts';
import { maxLengths, type AuditEvent, type AuditEventData, type EventKind } from './audit-event.ts';
import type { RecordedPhase, RecordedReason } from './audit-event.ts';

/** What events of different kinds differ in. */
export interface EventPayload {
  readonly type: string;
  readonly action: string;
  readonly outcome: AuditEvent['event_outcome'];
  readonly phase: RecordedPhase;
  /** Fields of `event_data`. */
  readonly data?: Partial<AuditEventData>;
  /** Fields next to it. */
  readonly fields?: Pick<AuditEvent, 'severity' | 'duration_ms' | 'error_code' | 'error_message'>;
}

/** The payload of an event of an execution. */
export function eventPayload(execution: WorkflowExecution, kind: EventKind): EventPayload {
  switch (kind) {
    case 'accepted':
      return {
        type: 'workflowexecution.selection.completed',
        action: 'completed',
        outcome: 'success',
        phase: 'Pending',
      };
    case 'started':
      return {
        type: 'workflowexecution.execution.started',
        action: 'started',
        outcome: 'success',
        phase: 'Pending',
        data: pipelineRunOf(execution),
      };
    case 'ended':
      return ended(execution);
  }
}

const unknownFailure: Failure = {
  reason: 'Unknown',
  message: 'The cause of the failure is unknown',
  wasExecutionFailure: true,
};

function ended(execution: WorkflowExecution): EventPayload {
  switch (phaseOf(execution)) {
    case 'Completed':
      return completed(execution);
    case 'Skipped':
      return skipped(execution);
    case 'Failed': {
      const { failure = unknownFailure } = execution.status ?? {};
      return failed(execution, failure, failure.reason);
    }
    default:
      return failed(execution, deletionFailure(execution), 'Deleted');
  }
}

function completed(execution: WorkflowExecution): EventPayload {
  const { data, fields } = timesOf(execution);
  return {
    type: 'workflowexecution.workflow.completed',
    action: 'completed',
    outcome: 'success',
    phase: 'Completed',
    data: { ...data, ...pipelineRunOf(execution) },
    fields,
  };
}

/** @param ownReason precedes the message, since data storage knows fewer reasons */
function failed(execution: WorkflowExecution, failure: Failure, ownReason: string): EventPayload {
  const { data, fields } = timesOf(execution);
  const message = truncate(`${ownReason}: ${failure.message}`, maxLengths.message);
  const reason = recordedReasons[failure.reason];
  const details = errorDetails(reason, message, failure.wasExecutionFailure);
  return {
    type: 'workflowexecution.workflow.failed',
    action: 'failed',
    outcome: 'failure',
    phase: 'Failed',
    data: {
      ...data,
      ...pipelineRunOf(execution),
      failure_reason: reason,
      failure_message: message,
      failed_task_name: failure.failedTask?.name,
      error_details: details,
    },
    fields: { ...fields, severity: 'error', error_code: details.code, error_message: message },
  };
}

/** Data storage has no such phase: for it a skip is a failure in which nothing ran. */
function skipped({ status: { skip, completionTime } = {} }: WorkflowExecution): EventPayload {
  const message = truncate(`${skip?.reason ?? 'Skipped'}: ${skip?.message ?? ''}`, maxLengths.message);
  const details = errorDetails('Deduplicated', message, false);
  return {
    type: 'workflowexecution.workflow.failed',
    action: 'skipped',
    outcome: 'failure',
    phase: 'Failed',
    data: {
      completed_at: completionTime,
      failure_reason: 'Deduplicated',
      failure_message: message,
      error_details: details,
    },
    fields: { severity: 'info', error_code: details.code, error_message: message },
  };
}

function timesOf({ status }: WorkflowExecution): Pick<EventPayload, 'data' | 'fields'> {
  const { startTime, completionTime } = status ?? {};
  const data = { started_at: startTime, completed_at: completionTime };
  if (startTime === undefined || completionTime === undefined) return { data, fields: {} };
  const ms = Math.max(0, Date.parse(completionTime) - Date.parse(startTime));
  return { data: { ...data, duration: goDurationString(ms) }, fields: { duration_ms: ms } };
}

function pipelineRunOf({ status }: WorkflowExecution): Pick<AuditEventData, 'pipelinerun_name'> {
  return { pipelinerun_name: status?.pipelineRunRef?.name };
}

/** The reasons of data storage for ours: it refuses all others. */
export const recordedReasons: Readonly<Record<FailureReason, RecordedReason>> = {
  OOMKilled: 'OOMKilled',
  DeadlineExceeded: 'DeadlineExceeded',
  ResourceExhausted: 'ResourceExhausted',
  ImagePullBackOff: 'ImagePullBackOff',
  BundleResolutionFailed: 'ConfigurationError',
  ConfigurationError: 'ConfigurationError',
  Forbidden: 'Forbidden',
  TaskFailed: 'TaskFailed',
  Cancelled: 'Unknown',
  PipelineRunDeleted: 'Unknown',
  ValidationFailed: 'ConfigurationError',
  PipelineRunConflict: 'ConfigurationError',
  MissingPipelineRun: 'Unknown',
  UnknownStatus: 'Unknown',
  Unknown: 'Unknown',
};

/** The class of a failure in data storage, and whether the workflow may be retried. */
function errorDetails(
  reason: RecordedReason,
  message: string,
  haveStepsRun: boolean,
): NonNullable<AuditEventData['error_details']> {
  const details = { message, component: 'workflowexecution' } as const;
  switch (reason) {
    case 'ConfigurationError':
    case 'Forbidden':
      return { ...details, code: 'ERR_WORKFLOW_NOT_FOUND', retry_possible: false };
    case 'ImagePullBackOff':
      return { ...details, code: 'ERR_IMAGE_PULL', retry_possible: true };
    case 'TaskFailed':
      return { ...details, code: 'ERR_PIPELINE_FAILED', retry_possible: !haveStepsRun };
    default:
      return { ...details, code: 'ERR_PIPELINE_FAILED', retry_possible: true };
  }
}
