import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, Min } from 'class-validator';
import { pageSizes } from '../../config/limits.ts';
import { allCancelModes } from '../../workflow-execution/execution.ts';
import type { CancelMode } from '../../workflow-execution/generated/workflow-execution.ts';
import { OptionalQuery, resourceVersionRule } from '../validation/query.ts';
import type { ListCommand } from './commands.ts';
import { ListFilter } from './list-filter.ts';

// REST queries, in the terms of which gRPC requests are validated, too.

/** The query of an operation without parameters. */
export class NoQuery {}

/** The body of an operation that takes none. */
export class NoBody {}

/** Options of a cancel. */
export class CancelQuery {
  @ApiProperty({
    type: 'string',
    description: 'Graceful lets the `finally` tasks run; Immediate also stops those, even if they have started.',
    required: false,
    enum: allCancelModes,
    default: 'Graceful',
  })
  @IsIn(allCancelModes, { message: `must be ${allCancelModes.join(' or ')}` })
  mode: CancelMode = 'Graceful';
}

/** Preconditions of a delete. */
export class DeleteQuery {
  @OptionalQuery('Deletes the execution only if it has this uid.', { maxLength: 128 })
  uid?: string;

  @OptionalQuery('Deletes the execution only if it has this resource version.', { maxLength: 64 })
  resourceVersion?: string;
}

const notWholeNumber = { message: 'must be a whole number from 0 to 999999999' } as const;

/** The filter and the position of a list. */
export class ListQuery extends ListFilter {
  @ApiProperty({
    type: 'integer',
    description: `Maximum number of executions on the page; more than ${pageSizes.max} is taken as ${pageSizes.max}, and 0 as ${pageSizes.default}.`,
    required: false,
    minimum: 0,
    maximum: 999_999_999,
    default: pageSizes.default,
  })
  @Transform(({ value }: { value: unknown }) => (/^\d{1,9}$/.test(String(value)) ? Number(value) : value))
  @IsInt(notWholeNumber)
  @Min(0, notWholeNumber)
  limit = 0;

  @OptionalQuery('metadata.continue of the previous page; omitted for the first page.', { maxLength: 2048 })
  continue?: string;

  @OptionalQuery(
    'Waits until this replica has everything up to this resource version: with that of a new execution, the list has ' +
      'it, whichever replica created it.',
    resourceVersionRule,
  )
  minResourceVersion?: string;
}

/** The command of a list in one namespace, or in all of them. */
export function toListCommand(namespace: string | undefined, query: ListQuery): ListCommand {
  const { limit: pageSize, continue: pageToken, minResourceVersion, ...filter } = query;
  return { namespace, pageSize, pageToken, minResourceVersion, filter };
}
