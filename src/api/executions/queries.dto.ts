import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { allCancelModes, allPhases } from '../../workflow-execution/execution.ts';
import type { CancelMode } from '../../workflow-execution/generated/workflow-execution.ts';
import { requestIdRule } from './idempotency/request-identity.ts';
import { pageSizes } from './listing/page-of.ts';
import { dnsSubdomain } from '../resource/names.ts';
import { Optional } from '../validation/optional.ts';
import { IsText, type TextRule } from '../validation/text.validator.ts';
import { maxTargetLength } from '../../workflow-execution/target-resource.ts';

/** What may stand after the question mark of an operation that takes nothing there. */
export class NoQuery {}

/** What the body of an operation may hold that takes nothing there. */
export class NoBody {}

/** What the document says of a parameter that is a text, and what the text must be. */
export interface TextParameter extends Pick<TextRule, 'maxLength' | 'pattern' | 'message'> {
  readonly format?: string;
}

/** A parameter that is a text, and may be left out: it has no example, which Swagger UI would fill in. */
export function OptionalText(description: string, { format, ...rule }: TextParameter): PropertyDecorator {
  const { maxLength, pattern } = rule;
  const shown = { description, maxLength, format, pattern: pattern?.source };
  return (target, property) => {
    ApiProperty({ type: 'string', required: false, ...shown })(target, property);
    Optional()(target, property);
    IsText({ ...rule, typeMessage: 'must be given once' })(target, property);
  };
}

/** A target as a filter, or an empty text. */
export const targetFilter = {
  maxLength: maxTargetLength,
  pattern: /^(([^/]+\/)?[^/.]+(\.[^/.]+)*\/[^/]+)?$/,
  message: 'must be namespace/kind/name, or kind/name of a cluster-scoped resource',
} as const;

/** The name of a RemediationRequest as a filter, or an empty text. */
export const remediationRequestFilter = {
  ...dnsSubdomain,
  pattern: new RegExp(`^$|${dnsSubdomain.pattern.source}`),
} as const;

/** A resource version, or an empty text. */
export const resourceVersionText = {
  maxLength: 19,
  pattern: /^([1-9][0-9]{0,18})?$/,
  message: 'must be a resource version that this service has told',
} as const;

/** How an execution is created. */
export class CreateQuery {
  @OptionalText(
    'Makes the call safe to repeat: the same id with the same request, from the same caller and in the same namespace, ' +
      'is answered with the execution that was created, for as long as that exists. ' +
      "A UUID, or any 1 to 64 letters, digits, '-', '_' and '.'.",
    { maxLength: 64, ...requestIdRule },
  )
  requestId?: string;

  @ApiProperty({
    type: 'boolean',
    description: 'Checks everything that a creation would, in the cluster too, but creates nothing.',
    required: false,
    default: false,
  })
  @Optional()
  @IsIn(['true', 'false'], { message: 'must be true or false' })
  validateOnly?: string;
}

/** How an execution is cancelled. */
export class CancelQuery {
  @ApiProperty({
    type: 'string',
    description: 'Graceful lets the `finally` tasks run; Immediate ends these too, also when they have begun.',
    required: false,
    enum: allCancelModes,
    default: 'Graceful',
  })
  @Optional()
  @IsIn(allCancelModes, { message: `must be ${allCancelModes.join(' or ')}` })
  mode?: CancelMode;
}

/** On what condition an execution is deleted. */
export class DeleteQuery {
  @OptionalText('Deletes it only when this is its uid.', { maxLength: 128 })
  uid?: string;

  @OptionalText('Deletes it only when this is its resource version.', { maxLength: 64 })
  resourceVersion?: string;
}

const wholeNumberMessage = 'must be a whole number from 0 to 999999999';
const wholeNumber = {
  maxLength: 9,
  pattern: /^\d{1,9}$/,
  message: wholeNumberMessage,
  typeMessage: wholeNumberMessage,
} as const;

const phaseListMessage = `must be of ${allPhases.join(', ')}, separated by commas`;
const phaseList = {
  maxLength: 256,
  pattern: new RegExp(`^((${allPhases.join('|')})(,(${allPhases.join('|')}))*)?$`),
  message: phaseListMessage,
  typeMessage: phaseListMessage,
} as const;

/** Which page of which list. */
export class ListQuery {
  @ApiProperty({
    type: 'integer',
    description: `The most executions to answer with; more than ${pageSizes.max} is taken as ${pageSizes.max}, and 0 as ${pageSizes.default}.`,
    required: false,
    minimum: 0,
    maximum: 999_999_999,
    default: pageSizes.default,
  })
  @Optional()
  @IsText(wholeNumber)
  limit?: string;

  @OptionalText('metadata.continue of the page before; left out for the first page.', { maxLength: 2048 })
  continue?: string;

  @ApiProperty({
    type: 'string',
    description: `Only executions in one of these phases (${allPhases.join(', ')}), separated by commas. One that has not been looked at yet is Pending.`,
    required: false,
    maxLength: phaseList.maxLength,
    pattern: phaseList.pattern.source,
  })
  @Optional()
  @IsText(phaseList)
  phase?: string;

  @OptionalText('Only executions of this workflow.', { maxLength: 253 })
  workflowId?: string;

  @OptionalText(
    'Only executions on this target, under any name of its kind: namespace/kind/name or kind/name.',
    targetFilter,
  )
  targetResource?: string;

  @OptionalText('Only executions that serve the RemediationRequest of this name.', remediationRequestFilter)
  remediationRequest?: string;

  @OptionalText('Only executions whose labels match, as `kubectl get -l` has it: `team=payment,tier!=test`.', {
    maxLength: 2048,
  })
  labelSelector?: string;

  @OptionalText('Only executions that were created at this time (RFC 3339) or after it.', {
    maxLength: 64,
    format: 'date-time',
  })
  createdAfter?: string;

  @OptionalText('Only executions that were created before this time (RFC 3339).', {
    maxLength: 64,
    format: 'date-time',
  })
  createdBefore?: string;

  @OptionalText(
    'Answers only once this replica knows everything up to this resource version: with that of a new execution, it is in ' +
      'the list, whichever replica created it.',
    resourceVersionText,
  )
  minResourceVersion?: string;
}
