import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { deletionFailure, phaseOf } from '../workflow-execution/execution.ts';
import { cut } from '../workflow-execution/text.ts';
import { widths, type AuditEvent, type AuditEventData, type EventKind, type RecordedPhase } from './audit-event.ts';
import { goDurationString } from '../workflow-execution/duration.ts';
import { errorDetails, recordedReason } from './recorded-failure.ts';

/** What an event tells, in the words of the data storage service. */
export interface Story {
  readonly type: string;
  readonly action: string;
  readonly outcome: AuditEvent['event_outcome'];
  readonly phase: RecordedPhase;
  readonly data?: Partial<AuditEventData>;
  readonly more?: Pick<AuditEvent, 'severity' | 'duration_ms' | 'error_code' | 'error_message'>;
}

/** What is told of an execution at a moment of its life. */
export function storyOf(execution: WorkflowExecution, kind: EventKind): Story {
  return stories[kind](execution);
}

const stories: Readonly<Record<EventKind, (execution: WorkflowExecution) => Story>> = {
  accepted: () => ({
    type: 'workflowexecution.selection.completed',
    action: 'completed',
    outcome: 'success',
    phase: 'Pending',
  }),
  started: (execution) => ({
    type: 'workflowexecution.execution.started',
    action: 'started',
    outcome: 'success',
    phase: 'Pending',
    data: pipelineRunOf(execution),
  }),
  ended: (execution) => {
    const { failure = unknownFailure } = execution.status ?? {};
    switch (phaseOf(execution)) {
      case 'Completed':
        return completed(execution);
      case 'Skipped':
        return skipped(execution);
      case 'Failed':
        return failed(execution, failure);
      default:
        return failed(execution, deletionFailure(execution), 'Deleted');
    }
  },
};

const unknownFailure = { reason: 'Unknown', message: 'Why it failed is not known', wasExecutionFailure: true } as const;

type Told = NonNullable<NonNullable<WorkflowExecution['status']>['failure']>;

function completed(execution: WorkflowExecution): Story {
  const { data, more } = timesOf(execution);
  return {
    type: 'workflowexecution.workflow.completed',
    action: 'completed',
    outcome: 'success',
    phase: 'Completed',
    data: { ...data, ...pipelineRunOf(execution) },
    more,
  };
}

/** @param word our own word for the reason: the data storage service may have none for it, and the message keeps ours */
function failed(execution: WorkflowExecution, failure: Told, word: string = failure.reason): Story {
  const { data, more } = timesOf(execution);
  const reason = recordedReason(failure.reason);
  const message = cut(`${word}: ${failure.message}`, widths.message);
  const details = errorDetails(reason, { ...failure, message });
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
    more: { ...more, severity: 'error', error_code: cut(details.code, widths.error_code), error_message: message },
  };
}

/** The data storage service knows no such phase: a skip is a failure for it, for which nothing was run. */
function skipped({ status: { skip, completionTime } = {} }: WorkflowExecution): Story {
  const reason = 'Deduplicated';
  const message = cut(`${skip?.reason ?? 'Skipped'}: ${skip?.message ?? ''}`, widths.message);
  const details = errorDetails(reason, { message });
  return {
    type: 'workflowexecution.workflow.failed',
    action: 'skipped',
    outcome: 'failure',
    phase: 'Failed',
    data: {
      completed_at: completionTime,
      failure_reason: reason,
      failure_message: message,
      error_details: details,
    },
    more: { severity: 'info', error_code: details.code, error_message: message },
  };
}

function timesOf({ status }: WorkflowExecution): {
  readonly data: Pick<AuditEventData, 'started_at' | 'completed_at' | 'duration'>;
  readonly more: Pick<AuditEvent, 'duration_ms'>;
} {
  const { startTime, completionTime } = status ?? {};
  const data = { started_at: startTime, completed_at: completionTime };
  if (startTime === undefined || completionTime === undefined) return { data, more: {} };
  const ms = Math.max(0, Date.parse(completionTime) - Date.parse(startTime));
  return { data: { ...data, duration: goDurationString(ms) }, more: { duration_ms: ms } };
}

function pipelineRunOf({ status }: WorkflowExecution): Pick<AuditEventData, 'pipelinerun_name'> {
  return { pipelinerun_name: status?.pipelineRunRef?.name };
}
