import { ApiProperty } from '@nestjs/swagger';
import { IsIn, ValidateBy } from 'class-validator';
import { Optional } from '../validation/validators.ts';
import { logTimeOf } from './log-line.ts';

/** An optional boolean parameter; false by default. */
function Flag(description: string): PropertyDecorator {
  return (target, property) => {
    ApiProperty({ type: 'boolean', description, required: false, default: false })(target, property);
    Optional()(target, property);
    IsIn(['true', 'false'], { message: 'must be true or false' })(target, property);
  };
}

/** Query parameters of a log. */
export class LogsQuery {
  @Flag('Continues with new lines until the execution has ended.')
  follow?: string;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    description: 'Only lines that were written at or after this time (RFC 3339).',
    required: false,
  })
  @Optional()
  @ValidateBy({ name: 'isTime', validator: { validate: isTime } }, { message: 'must be an RFC 3339 time' })
  since?: string;

  @Flag('Puts the time before each line of text. Lines of JSON always have it.')
  timestamps?: string;
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && logTimeOf(value) !== undefined;
}
