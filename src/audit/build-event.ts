import { ownAnnotations } from '../workflow-execution/metadata.ts';
import { bundleReference } from '../workflow-execution/image-reference.ts';
import { cancelRequestedBy } from '../workflow-execution/execution.ts';
import type { WorkflowExecution, WorkflowRef } from '../workflow-execution/generated/workflow-execution.ts';
import { redactParameters } from '../workflow-execution/secret-parameters.ts';
import { truncate } from '../workflow-execution/text.ts';
import { maxLengths, type AuditEvent, type EventKind } from './audit-event.ts';
import type { DueEvent } from './due-events.ts';
import { eventPayload } from './event-payload.ts';

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
  const parameters = redactParameters(spec);
  const base = {
    event_type: type,
    ...workflowOf(spec.workflowRef),
    target_resource: spec.targetResource,
    phase,
    container_image: bundleOf(execution, kind),
    execution_name: metadata.name,
  };
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
    event_data: { ...base, ...data, ...(Object.keys(parameters).length > 0 && { parameters }) },
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
