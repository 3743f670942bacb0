import { ownAnnotations } from '../workflow-execution/metadata.ts';
import { bundleReference } from '../workflow-execution/image-reference.ts';
import { cancelRequestedBy } from '../workflow-execution/execution.ts';
import type { WorkflowExecution, WorkflowRef } from '../workflow-execution/generated/workflow-execution.ts';
import { redactParameters } from '../workflow-execution/secret-parameters.ts';
import { cut } from '../workflow-execution/text.ts';
import { maxDataBytes, widths, type AuditEvent, type AuditEventData, type EventKind } from './audit-event.ts';
import type { DueEvent } from './due-events.ts';
import { storyOf } from './story.ts';

/**
 * The event of an execution: made of the resource alone, so that it is the same whenever and by whomever it is made. Each
 * field is as wide as there is room for it.
 */
export function auditEvent(execution: WorkflowExecution, { kind, time }: DueEvent): AuditEvent {
  const { metadata, spec } = execution;
  const { type, action, outcome, phase, data, more } = storyOf(execution, kind);
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
    resource_id: cut(metadata.name, widths.resource_id),
    correlation_id: cut(spec.remediationRequestRef.name, widths.correlation_id),
    namespace: cut(metadata.namespace, widths.namespace),
    ...more,
    event_data: fitting({ ...base, ...data }, redactParameters(spec)),
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

/** The bundle that was asked for; of an execution that has ended the one that ran, by its digest. */
function bundleOf({ spec, status }: WorkflowExecution, kind: EventKind): string {
  const digest = kind === 'ended' ? status?.bundleDigest : undefined;
  return bundleReference({ ...spec.workflowRef, ...(digest === undefined ? {} : { containerDigest: digest }) });
}

/** Who did it: the verified caller that created the execution, or asked for its cancellation; else this service. */
function actorOf(execution: WorkflowExecution, kind: EventKind): Pick<AuditEvent, 'actor_type' | 'actor_id'> {
  const user = userOf(execution, kind);
  return user
    ? { actor_type: 'user', actor_id: cut(user, widths.actor_id) }
    : { actor_type: 'service', actor_id: 'workflowexecution-controller' };
}

function userOf(execution: WorkflowExecution, kind: EventKind): string | undefined {
  if (kind === 'accepted') return execution.metadata.annotations?.[ownAnnotations.createdBy];
  const isCancelled = kind === 'ended' && execution.status?.failure?.reason === 'Cancelled';
  return isCancelled ? cancelRequestedBy(execution) : undefined;
}

/** The most bytes that one character of a parameter takes in JSON (`\u0001`). */
const maxCharacterBytes = 6;

/** The data with its parameters, their values cut alike when all together they are too large. */
function fitting(data: AuditEventData, parameters: Readonly<Record<string, string>>): AuditEventData {
  const names = Object.keys(parameters);
  if (names.length === 0) return data;
  const whole = { ...data, parameters };
  if (bytesOf(whole) <= maxDataBytes) return whole;
  const frame = bytesOf({ ...data, parameters: Object.fromEntries(names.map((name) => [name, ''])) });
  const each = Math.max(1, Math.floor((maxDataBytes - frame) / names.length / maxCharacterBytes));
  return {
    ...data,
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, cut(value, each)])),
  };
}

function bytesOf(value: object): number {
  return Buffer.byteLength(JSON.stringify(value));
}
