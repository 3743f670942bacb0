import { columnWidths } from './limits.ts';
import { serviceSchema } from './service-schema.ts';
import { failureReasons, moments } from './vocabulary.ts';
import type { Moment } from './vocabulary.ts';

/** The required `error_details` of a failure. */
const failureCodes = [
  { reasons: ['ConfigurationError', 'Forbidden'], code: 'ERR_WORKFLOW_NOT_FOUND', retryPossible: [false] },
  { reasons: ['ImagePullBackOff'], code: 'ERR_IMAGE_PULL', retryPossible: [true] },
  // A retry is possible only if no step ran, which an event does not record.
  { reasons: ['TaskFailed'], code: 'ERR_PIPELINE_FAILED', retryPossible: [true, false] },
] as const;
const reasonsOfTheirOwn = failureCodes.flatMap(({ reasons }): readonly string[] => reasons);
const otherReasons = failureReasons.filter((reason) => !reasonsOfTheirOwn.includes(reason));

const known: readonly Moment[] = Object.values(moments);
const nameAndAction = ({ event_type, event_action }: Moment) => ({
  properties: { event_type: { const: event_type }, event_action: { const: event_action } },
});

/** An event with the type and action of a moment must also have its other fields. */
function wholeMoment(moment: Moment): object {
  const { event_outcome, phase, failure_reason: reason } = moment;
  const failureReason = reason === undefined ? {} : { failure_reason: { const: reason } };
  const eventData = { required: Object.keys(failureReason), properties: { phase: { const: phase }, ...failureReason } };
  return {
    if: nameAndAction(moment),
    then: { properties: { event_outcome: { const: event_outcome }, event_data: eventData } },
  };
}

function codeOfFailure(reasons: readonly string[], code: string, retryPossible: readonly boolean[]): object {
  const eventData = { required: ['failure_reason'], properties: { failure_reason: { enum: reasons } } };
  const details = { properties: { code: { const: code }, retry_possible: { enum: retryPossible } } };
  return {
    if: { properties: { event_data: eventData } },
    then: { properties: { event_data: { properties: { error_details: details } } } },
  };
}

const named = { type: 'string', minLength: 1 } as const;

/**
 * The schema of our own audit events: the rules of the service, and rules for what the service would accept but lose or
 * misread: the widths of the database's columns, the table of moments, and the codes of failures.
 */
export const ownSchema = {
  $schema: serviceSchema.$schema,
  $id: 'urn:kubernaut:workflow-execution:audit-event',
  $ref: serviceSchema.$id,
  // These identify an event after a lost response.
  required: ['resource_id', 'namespace'],
  properties: {
    ...Object.fromEntries(Object.entries(columnWidths).map(([field, maxLength]) => [field, { maxLength }])),
    resource_type: { const: 'WorkflowExecution' },
    event_data: {
      properties: {
        workflow_id: named,
        workflow_version: named,
        target_resource: named,
        container_image: named,
        execution_name: named,
        // A Go duration without a sign.
        duration: { pattern: '^(\\d+(\\.\\d+)?(h|m|s|ms|us|µs|ns))+$' },
      },
    },
  },
  anyOf: known.map(nameAndAction),
  allOf: [
    ...known.map(wholeMoment),
    ...failureCodes.map(({ reasons, code, retryPossible }) => codeOfFailure(reasons, code, retryPossible)),
    codeOfFailure(otherReasons, 'ERR_PIPELINE_FAILED', [true]),
  ],
};
