import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsIn, ValidateBy } from 'class-validator';
import { Optional } from '../validation/validators.ts';
import { maxPartBytes } from './log-parts.ts';
import { maxEscapeLength } from './visible-text.ts';
import { logTimeOf } from './log-time.ts';

/** A parameter that is true or false, and false when it is left out. */
function Flag(description: string): PropertyDecorator {
  return (target, property) => {
    ApiProperty({ type: 'boolean', description, required: false, default: false })(target, property);
    Optional()(target, property);
    IsIn(['true', 'false'], { message: 'must be true or false' })(target, property);
  };
}

/** What may stand after the question mark of a log. */
export class LogsQuery {
  @Flag('Goes on with what the steps write, until the execution has ended.')
  follow?: string;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    description: 'Only lines that were written at this time or after it (RFC 3339).',
    required: false,
  })
  @Optional()
  @ValidateBy({ name: 'isTime', validator: { validate: isTime } }, { message: 'must be a time as RFC 3339 has it' })
  since?: string;

  @Flag('Puts the time before each line of text. Lines of JSON always have it.')
  timestamps?: string;
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && logTimeOf(value) !== undefined;
}

/** A line of NDJSON, as the OpenAPI document describes it. */
@ApiSchema({ name: 'LogLine' })
export class LogLineDto {
  @ApiProperty({
    format: 'date-time',
    description: 'When it was written, to the nanosecond, by the clock of its node.',
    example: '2026-01-31T09:15:02.123456789Z',
  })
  time: string;

  @ApiProperty({ description: 'Name of the task in the pipeline.', maxLength: 63, example: 'restart' })
  task: string;

  @ApiProperty({
    description:
      "Name of the step. Empty when the line comes from the service and is about the task as a whole: that the task's pod is gone, for example.",
    maxLength: 63,
    example: 'rollout',
  })
  step: string;

  @ApiProperty({
    description: 'The pod that it came from.',
    maxLength: 253,
    example: 'we-pod-crash-f8a3b9c2-3f2a9c-restart-pod',
  })
  pod: string;

  @ApiProperty({
    description:
      'The line, without its end. A line of more than 16 KiB comes in parts. Control characters but the tab are shown ' +
      'as in JSON, `\\r` or `\\u001b`, and bytes that are not UTF-8 as U+FFFD.',
    maxLength: maxPartBytes * maxEscapeLength,
    example: 'deployment.apps/checkout restarted',
  })
  text: string;

  @ApiProperty({ description: 'True when the line goes on in the next part.', required: false, default: false })
  partial?: boolean;
}
