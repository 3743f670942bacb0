/** What of the life of an execution is recorded: at most one event of each kind, in this order. */
export const eventKinds = ['accepted', 'started', 'ended'] as const;

/** One of {@link eventKinds}. */
export type EventKind = (typeof eventKinds)[number];

/** The phases that the data storage service knows. */
export type RecordedPhase = 'Pending' | 'Running' | 'Completed' | 'Failed';

/** The failure reasons that it knows. */
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

/** What an event says of its execution. */
export interface AuditEventData {
  readonly event_type: string;
  readonly workflow_id: string;
  readonly workflow_version: string;
  readonly workflow_name?: string;
  readonly action_type?: string;
  readonly target_resource: string;
  readonly phase: RecordedPhase;
  readonly container_image: string;
  readonly execution_name: string;
  readonly started_at?: string;
  readonly completed_at?: string;
  /** As Go writes durations: `2m30s`. */
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

/** An event as the data storage service takes it (ADR-034 of Kubernaut). Names are those of its API. */
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
 * The most characters that the database has room for, field by field. Past them the service answers as if all were well, and
 * the row never lands.
 */
export const widths = {
  actor_id: 255,
  resource_id: 255,
  correlation_id: 255,
  namespace: 253,
  error_code: 50,
  /** Ours: the database sets no bound. */
  message: 4096,
} as const;

/** The most bytes of `event_data` as JSON; the service takes 256 KiB. */
export const maxDataBytes = 250 * 1024;

/** An event older than this is refused, in milliseconds. */
export const oldestMs = 7 * 24 * 3_600_000;

/** What of an event tells it apart: the service gives it no id that is known before. */
export type EventIdentity = Pick<
  AuditEvent,
  'event_type' | 'event_action' | 'resource_id' | 'namespace' | 'event_timestamp'
>;

/** Whether a row of the audit trail is this event. */
export function isSameEvent(event: EventIdentity, row: EventIdentity): boolean {
  return (
    row.event_type === event.event_type &&
    row.event_action === event.event_action &&
    row.resource_id === event.resource_id &&
    row.namespace === event.namespace &&
    // Databases write times in forms of their own.
    Date.parse(row.event_timestamp) === Date.parse(event.event_timestamp)
  );
}
