import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { allCancelModes, allPhases } from '../../workflow-execution/execution.ts';
import type { CancelMode, Phase } from '../../workflow-execution/generated/workflow-execution.ts';
import { allNamespaces, type ExecutionKey } from '../resource/names.ts';
import { OptionalQuery, resourceVersionRule } from '../validation/query.ts';
import { IsText, Optional } from '../validation/validators.ts';
import type { CancelCommand, DeleteCommand, ListCommand, MappedFilter } from './commands.ts';
import type { CreateOptions } from './create-workflow-execution.dto.ts';
import { remediationRequestRule, targetRule } from './list-filter.ts';
import { pageSizes } from '../../config/limits.ts';
import { requestIdRule } from './new-execution.ts';

/** The query of an operation without parameters. */
export class NoQuery {}

/** The body of an operation that takes none. */
export class NoBody {}

/** Query of a create. */
export class CreateQuery {
  @OptionalQuery(
    'Makes the call safe to repeat: the same id with the same request, from the same caller and in the same namespace, ' +
      'is answered with the execution that was created, for as long as that exists. ' +
      "A UUID, or any 1 to 64 letters, digits, '-', '_' and '.'.",
    { maxLength: 64, ...requestIdRule },
  )
  requestId?: string;

  @ApiProperty({
    type: 'boolean',
    description: 'Validates the request, in the cluster too, without creating anything.',
    required: false,
    default: false,
  })
  @Optional()
  @IsIn(['true', 'false'], { message: 'must be true or false' })
  validateOnly?: string;
}

/** Query of a cancel. */
export class CancelQuery {
  @ApiProperty({
    type: 'string',
    description: 'Graceful lets the `finally` tasks run; Immediate also stops those, even if they have started.',
    required: false,
    enum: allCancelModes,
    default: 'Graceful',
  })
  @Optional()
  @IsIn(allCancelModes, { message: `must be ${allCancelModes.join(' or ')}` })
  mode?: CancelMode;
}

/** Query of a delete: its preconditions. */
export class DeleteQuery {
  @OptionalQuery('Deletes the execution only if it has this uid.', { maxLength: 128 })
  uid?: string;

  @OptionalQuery('Deletes the execution only if it has this resource version.', { maxLength: 64 })
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

/** Query of a list. */
export class ListQuery {
  @ApiProperty({
    type: 'integer',
    description: `Maximum number of executions on the page; more than ${pageSizes.max} is taken as ${pageSizes.max}, and 0 as ${pageSizes.default}.`,
    required: false,
    minimum: 0,
    maximum: 999_999_999,
    default: pageSizes.default,
  })
  @Optional()
  @IsText(wholeNumber)
  limit?: string;

  @OptionalQuery('metadata.continue of the previous page; omitted for the first page.', { maxLength: 2048 })
  continue?: string;

  @ApiProperty({
    type: 'string',
    description: `Only executions in one of these phases (${allPhases.join(', ')}), separated by commas. An execution without a status is Pending.`,
    required: false,
    maxLength: phaseList.maxLength,
    pattern: phaseList.pattern.source,
  })
  @Optional()
  @IsText(phaseList)
  phase?: string;

  @OptionalQuery('Only executions of this workflow.', { maxLength: 253 })
  workflowId?: string;

  @OptionalQuery(
    'Only executions on this target, under any name of its kind: namespace/kind/name or kind/name.',
    targetRule,
  )
  targetResource?: string;

  @OptionalQuery('Only executions of the RemediationRequest with this name.', remediationRequestRule)
  remediationRequest?: string;

  @OptionalQuery('Only executions whose labels match, as with `kubectl get -l`: `team=payment,tier!=test`.', {
    maxLength: 2048,
  })
  labelSelector?: string;

  @OptionalQuery('Only executions created at or after this time (RFC 3339).', { maxLength: 64, format: 'date-time' })
  createdAfter?: string;

  @OptionalQuery('Only executions created before this time (RFC 3339).', { maxLength: 64, format: 'date-time' })
  createdBefore?: string;

  @OptionalQuery(
    'Waits until this replica has everything up to this resource version: with that of a new execution, the list has ' +
      'it, whichever replica created it.',
    resourceVersionRule,
  )
  minResourceVersion?: string;
}

/** The options of a create. */
export function toCreateOptions({ requestId, validateOnly }: CreateQuery): CreateOptions {
  return { requestId, validateOnly: validateOnly === 'true' };
}

/** The command of a cancel. */
export function toCancelCommand(key: ExecutionKey, { mode = 'Graceful' }: CancelQuery): CancelCommand {
  return { key, mode };
}

/** The command of a delete; empty parameters count as absent. */
export function toDeleteCommand(key: ExecutionKey, { uid, resourceVersion }: DeleteQuery): DeleteCommand {
  return { key, uid: uid || undefined, resourceVersion: resourceVersion || undefined };
}

/** The command of a list; empty parameters count as absent, except for times. */
export function toListCommand(namespace: string, query: ListQuery): ListCommand {
  return {
    ...(namespace === allNamespaces ? {} : { namespace }),
    pageSize: Number(query.limit ?? 0),
    pageToken: query.continue || undefined,
    minResourceVersion: query.minResourceVersion || undefined,
    filter: {
      phases: toPhases(query.phase),
      workflowId: query.workflowId || undefined,
      targetResource: query.targetResource || undefined,
      remediationRequest: query.remediationRequest || undefined,
      labelSelector: query.labelSelector || undefined,
      createdAfter: query.createdAfter,
      createdBefore: query.createdBefore,
    } satisfies MappedFilter,
  };
}

function toPhases(text = ''): Phase[] {
  const words = text.split(',');
  return allPhases.filter((phase) => words.includes(phase));
}
