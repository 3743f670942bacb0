/** The vocabulary of the data storage service for workflow executions; it rejects events with other words. */

/** Of `event_type`. The service knows `workflow.started`, which we never send. */
export const eventTypes = [
  'workflowexecution.selection.completed',
  'workflowexecution.execution.started',
  'workflowexecution.workflow.started',
  'workflowexecution.workflow.completed',
  'workflowexecution.workflow.failed',
] as const;

/** Of `event_outcome`. */
export const eventOutcomes = ['success', 'failure', 'pending'] as const;

/** Of `event_data.phase`. There is no Skipped. */
export const phases = ['Pending', 'Running', 'Completed', 'Failed'] as const;

/** Of `event_data.failure_reason`. */
export const failureReasons = [
  'OOMKilled',
  'DeadlineExceeded',
  'Forbidden',
  'ImagePullBackOff',
  'ConfigurationError',
  'ResourceExhausted',
  'TaskFailed',
  'UnsupportedEngine',
  'Deduplicated',
  'Unknown',
] as const;

/** A moment in the life of an execution, and the fields of its event. */
export interface Moment {
  readonly event_type: (typeof eventTypes)[number];
  readonly event_action: string;
  readonly event_outcome: (typeof eventOutcomes)[number];
  readonly phase: (typeof phases)[number];
  /** Only if it is fixed. */
  readonly failure_reason?: (typeof failureReasons)[number];
}

/** The moments that our service records. */
export const moments = {
  accepted: {
    event_type: 'workflowexecution.selection.completed',
    event_action: 'completed',
    event_outcome: 'success',
    phase: 'Pending',
  },
  started: {
    event_type: 'workflowexecution.execution.started',
    event_action: 'started',
    event_outcome: 'success',
    phase: 'Pending',
  },
  completed: {
    event_type: 'workflowexecution.workflow.completed',
    event_action: 'completed',
    event_outcome: 'success',
    phase: 'Completed',
  },
  failed: {
    event_type: 'workflowexecution.workflow.failed',
    event_action: 'failed',
    event_outcome: 'failure',
    phase: 'Failed',
  },
  skipped: {
    event_type: 'workflowexecution.workflow.failed',
    event_action: 'skipped',
    event_outcome: 'failure',
    phase: 'Failed',
    failure_reason: 'Deduplicated',
  },
} as const satisfies Record<string, Moment>;
