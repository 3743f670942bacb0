/** An execution has at most one event of each kind, in this order. */
export type EventKind = 'accepted' | 'started' | 'ended';

/** The failure reasons that data storage knows. */
export type RecordedReason =
  | 'OOMKilled'
  | 'DeadlineExceeded'
  | 'Forbidden'
  | 'ImagePullBackOff'
  | 'ConfigurationError'
  | 'ResourceExhausted'
  | 'TaskFailed'
  | 'Deduplicated'
  | 'Unknown';

/** The payload of an event. */
export interface AuditEventData {
  readonly event_type: string;
  readonly workflow_id: string;
  readonly workflow_version: string;
  readonly workflow_name?: string;
  readonly action_type?: string;
  readonly target_resource: string;
  readonly phase: 'Pending' | 'Running' | 'Completed' | 'Failed';
  readonly container_image: string;
  readonly execution_name: string;
  readonly started_at?: string;
  readonly completed_at?: string;
  /** A Go duration: `2m30s`. */
  readonly duration?: string;
  readonly failure_reason?: RecordedReason;
  readonly failure_message?: string;
  readonly failed_task_name?: string;
  readonly error_details?: {
    readonly message: string;
    readonly code: string;
    readonly component: string;
    readonly retry_possible: boolean;
  };
  readonly pipelinerun_name?: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

/** An event of the data storage service's API (ADR-034 of Kubernaut). */
export interface AuditEvent {
  readonly version: string;
  readonly event_type: string;
  /** RFC 3339. */
  readonly event_timestamp: string;
  readonly event_category: 'workflowexecution';
  readonly event_action: string;
  readonly event_outcome: 'success' | 'failure' | 'pending';
  readonly actor_type: string;
  readonly actor_id: string;
  readonly resource_type: string;
  readonly resource_id: string;
  readonly correlation_id: string;
  readonly namespace: string;
  readonly severity?: string;
  readonly duration_ms?: number;
  readonly error_code?: string;
  readonly error_message?: string;
  readonly event_data: AuditEventData;
}

/**
 * The longest values in characters. Data storage answers 202 to a value that is wider than its column and never stores the
 * row. Only values that the CRD does not bound below that are listed.
 */
export const maxLengths = {
  actor_id: 255,
  /** Our own limit; the column has none. */
  message: 4096,
} as const;

/** Data storage refuses older events, in milliseconds. */
export const maxAgeMs = 7 * 24 * 3_600_000;

/** What identifies an event: clients cannot choose its id. */
export type EventIdentity = Pick<
  AuditEvent,
  'event_type' | 'event_action' | 'resource_id' | 'namespace' | 'event_timestamp'
>;

/** Whether a stored row is this event. */
export function isSameEvent(event: EventIdentity, row: EventIdentity): boolean {
  return (
    row.event_type === event.event_type &&
    row.event_action === event.event_action &&
    row.resource_id === event.resource_id &&
    row.namespace === event.namespace &&
    // The database formats times in its own way.
    Date.parse(row.event_timestamp) === Date.parse(event.event_timestamp)
  );
}
