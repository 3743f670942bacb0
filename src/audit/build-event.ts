import { formatDurationMs } from '../workflow-execution/duration.ts';
import { cancelRequestedBy, deletionFailure, overrideReasonOf, phaseOf } from '../workflow-execution/execution.ts';
import type {
  Failure,
  FailureReason,
  WorkflowExecution,
  WorkflowRef,
} from '../workflow-execution/generated/workflow-execution.ts';
import { bundleReference } from '../workflow-execution/image-reference.ts';
import { ownAnnotations } from '../workflow-execution/metadata.ts';
import { redactParameters } from '../workflow-execution/secret-parameters.ts';
import { truncate } from '../workflow-execution/text.ts';
import { maxLengths, type AuditEvent, type AuditEventData, type EventKind } from './audit-event.ts';
import type { RecordedReason } from './audit-event.ts';
import type { DueEvent } from './due-events.ts';

/** The correlation id of the events of an execution. */
export function correlationIdOf({ spec }: WorkflowExecution): string {
  return spec.remediationRequestRef.name;
}

/**
 * Builds an event from the resource alone, so that it is the same after a restart. The CRD bounds its size: `event_data` has
 * less than the 256 KiB that data storage accepts.
 */
export function auditEvent(execution: WorkflowExecution, { kind, time }: DueEvent): AuditEvent {
  const { metadata, spec } = execution;
  const { type, action, outcome, phase, data, fields } = eventPayload(execution, kind);
  const parameters = { ...redactParameters(spec), ...overrideAndResults(execution, kind) };
  return {
    version: '1.0',
    event_type: type,
    event_timestamp: time,
    event_category: 'workflowexecution',
    event_action: action,
    event_outcome: outcome,
    ...actorOf(execution, kind),
    resource_type: 'WorkflowExecution',
    resource_id: metadata.name,
    correlation_id: correlationIdOf(execution),
    namespace: metadata.namespace,
    ...fields,
    event_data: {
      event_type: type,
      ...workflowOf(spec.workflowRef),
      target_resource: spec.targetResource,
      phase,
      container_image: bundleOf(execution, kind),
      execution_name: metadata.name,
      ...data,
      ...(Object.keys(parameters).length > 0 && { parameters }),
    },
  };
}

/**
 * What data storage has no field for: it drops fields that it does not know, but keeps any parameter. No parameter of an
 * execution has such a name.
 */
function overrideAndResults(execution: WorkflowExecution, kind: EventKind): Record<string, string> {
  const overrideReason = kind === 'accepted' ? overrideReasonOf(execution) : undefined;
  const results = kind === 'ended' ? (execution.status?.results ?? []) : [];
  return {
    ...(overrideReason !== undefined && { override_cooldown_reason: overrideReason }),
    ...Object.fromEntries(results.map(({ name, value }) => [`result.${name}`, value])),
  };
}

function workflowOf({ workflowId, version, workflowName, actionType }: WorkflowRef) {
  return {
    workflow_id: workflowId,
    workflow_version: version,
    workflow_name: workflowName,
    action_type: actionType,
  };
}

/** The requested bundle; in the last event with the digest that ran. */
function bundleOf({ spec, status }: WorkflowExecution, kind: EventKind): string {
  const digest = kind === 'ended' ? status?.bundleDigest : undefined;
  return bundleReference({ ...spec.workflowRef, ...(digest === undefined ? {} : { containerDigest: digest }) });
}

/** The authenticated caller that created the execution or requested its cancellation; otherwise this service. */
function actorOf(execution: WorkflowExecution, kind: EventKind): Pick<AuditEvent, 'actor_type' | 'actor_id'> {
  const user = userOf(execution, kind);
  return user
    ? { actor_type: 'user', actor_id: truncate(user, maxLengths.actor_id) }
    : { actor_type: 'service', actor_id: 'workflowexecution-controller' };
}

function userOf(execution: WorkflowExecution, kind: EventKind): string | undefined {
  if (kind === 'accepted') return execution.metadata.annotations?.[ownAnnotations.createdBy];
  const isCancelled = kind === 'ended' && execution.status?.failure?.reason === 'Cancelled';
  return isCancelled ? cancelRequestedBy(execution) : undefined;
}

/** What events of different kinds differ in. */
export interface EventPayload {
  readonly type: string;
  readonly action: string;
  readonly outcome: AuditEvent['event_outcome'];
  readonly phase: AuditEventData['phase'];
  /** Fields of `event_data`. */
  readonly data?: Partial<AuditEventData>;
  /** Fields next to it. */
  readonly fields?: Pick<AuditEvent, 'severity' | 'duration_ms' | 'error_code' | 'error_message'>;
}

/** The payload of an event of an execution. */
export function eventPayload(execution: WorkflowExecution, kind: EventKind): EventPayload {
  const started = { outcome: 'success', phase: 'Pending' } as const;
  switch (kind) {
    case 'accepted':
      return { type: 'workflowexecution.selection.completed', action: 'completed', ...started };
    case 'started': {
      const data = pipelineRunOf(execution);
      return { type: 'workflowexecution.execution.started', action: 'started', ...started, data };
    }
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
  const reason = recordedReasons[failure.reason];
  const base = failurePayload(reason, `${ownReason}: ${failure.message}`, failure.wasExecutionFailure);
  return {
    ...base,
    action: 'failed',
    data: { ...data, ...pipelineRunOf(execution), failed_task_name: failure.failedTask?.name, ...base.data },
    fields: { ...fields, severity: 'error', ...base.fields },
  };
}

/** Data storage has no such phase: for it a skip is a failure in which nothing ran. */
function skipped({ status: { skip, completionTime } = {} }: WorkflowExecution): EventPayload {
  const base = failurePayload('Deduplicated', `${skip?.reason ?? 'Skipped'}: ${skip?.message ?? ''}`, false);
  return {
    ...base,
    action: 'skipped',
    data: { completed_at: completionTime, ...base.data },
    fields: { severity: 'info', ...base.fields },
  };
}

function failurePayload(reason: RecordedReason, text: string, haveStepsRun: boolean) {
  const message = truncate(text, maxLengths.message);
  const code = errorCodes[reason] ?? 'ERR_PIPELINE_FAILED';
  const retry_possible = code !== 'ERR_WORKFLOW_NOT_FOUND' && !(reason === 'TaskFailed' && haveStepsRun);
  const error_details = { message, code, component: 'workflowexecution', retry_possible };
  return {
    type: 'workflowexecution.workflow.failed',
    outcome: 'failure',
    phase: 'Failed',
    data: { failure_reason: reason, failure_message: message, error_details },
    fields: { error_code: code, error_message: message },
  } as const;
}

function timesOf({ status }: WorkflowExecution): Pick<EventPayload, 'data' | 'fields'> {
  const { startTime, completionTime } = status ?? {};
  const data = { started_at: startTime, completed_at: completionTime };
  if (startTime === undefined || completionTime === undefined) return { data, fields: {} };
  const ms = Math.max(0, Date.parse(completionTime) - Date.parse(startTime));
  return { data: { ...data, duration: formatDurationMs(ms) }, fields: { duration_ms: ms } };
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

/** The error codes of data storage; those of other reasons are ERR_PIPELINE_FAILED. */
const errorCodes: Readonly<Partial<Record<RecordedReason, string>>> = {
  ConfigurationError: 'ERR_WORKFLOW_NOT_FOUND',
  Forbidden: 'ERR_WORKFLOW_NOT_FOUND',
  ImagePullBackOff: 'ERR_IMAGE_PULL',
};
