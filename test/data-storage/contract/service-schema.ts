import { eventOutcomes, eventTypes, failureReasons, phases } from './vocabulary.ts';

const text = { type: 'string' } as const;
const time = { type: 'string', format: 'date-time' } as const;
const count = { type: 'integer', minimum: 0 } as const;

const errorDetails = {
  type: 'object',
  required: ['message', 'code', 'component', 'retry_possible'],
  additionalProperties: false,
  properties: {
    message: text,
    code: text,
    component: { const: 'workflowexecution' },
    retry_possible: { type: 'boolean' },
  },
};

const eventData = {
  type: 'object',
  required: [
    'event_type',
    'workflow_id',
    'workflow_version',
    'target_resource',
    'phase',
    'container_image',
    'execution_name',
  ],
  additionalProperties: false,
  properties: {
    event_type: { enum: eventTypes },
    workflow_id: text,
    workflow_version: text,
    target_resource: text,
    phase: { enum: phases },
    container_image: text,
    execution_name: text,
    workflow_name: text,
    action_type: text,
    started_at: time,
    completed_at: time,
    duration: text,
    failure_reason: { enum: failureReasons },
    failure_message: text,
    failed_task_name: text,
    error_details: errorDetails,
    pipelinerun_name: text,
    parameters: { type: 'object', additionalProperties: text },
    retry_count: count,
  },
};

/**
 * The rules of the data storage service for an audit event, as JSON Schema 2020-12. The service silently drops unknown keys;
 * the check of our own events rejects them. It does not have the widths of the database's columns: the service accepts
 * wider values and never stores them.
 */
export const serviceSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:kubernaut:data-storage:audit-event',
  type: 'object',
  required: [
    'version',
    'event_type',
    'event_timestamp',
    'event_category',
    'event_action',
    'event_outcome',
    'correlation_id',
    'event_data',
  ],
  additionalProperties: false,
  properties: {
    version: { const: '1.0' },
    event_type: { enum: eventTypes },
    event_timestamp: time,
    event_category: { const: 'workflowexecution' },
    event_action: text,
    event_outcome: { enum: eventOutcomes },
    correlation_id: { type: 'string', minLength: 1, maxLength: 255 },
    event_data: eventData,
    actor_type: text,
    actor_id: text,
    resource_type: text,
    resource_id: text,
    namespace: text,
    parent_event_id: { type: 'string', format: 'uuid' },
    severity: text,
    duration_ms: count,
    error_code: text,
    error_message: text,
  },
  allOf: eventTypes.map((type) => ({
    if: { properties: { event_type: { const: type } } },
    then: { properties: { event_data: { properties: { event_type: { const: type } } } } },
  })),
};
