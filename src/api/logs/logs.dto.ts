import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiProperty, ApiSchema, getSchemaPath } from '@nestjs/swagger';
import { IsIn, ValidateBy } from 'class-validator';
import { problemResponses } from '../rest/problem-responses.ts';
import { Optional } from '../validation/validators.ts';
import { logTimeOf, maxEscapeLength } from './log-line.ts';
import { maxPartBytes } from './log-parser.ts';

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

/** A line of NDJSON, for the OpenAPI document. */
@ApiSchema({ name: 'LogLine' })
class LogLineDto {
  @ApiProperty({
    format: 'date-time',
    description: 'When it was written, to the nanosecond, by the clock of its node.',
    example: '2026-01-31T09:15:02.123456789Z',
  })
  time: string;

  @ApiProperty({ description: 'Name of the task in the pipeline.', maxLength: 63, example: 'restart' })
  task: string;

  @ApiProperty({
    description: 'Name of the step. Empty for lines of the service about a task, for ' + 'example.',
    maxLength: 63,
    example: 'rollout',
  })
  step: string;

  @ApiProperty({
    description: 'Name of the pod.',
    maxLength: 253,
    example: 'we-pod-crash-f8a3b9c2-3f2a9c-restart-pod',
  })
  pod: string;

  @ApiProperty({
    description:
      'The line without its newline. A line of more than 16 KiB is split into parts. Control characters except tab are ' +
      'escaped as in JSON, `\\r` or `\\u001b`, and bytes that are not UTF-8 become U+FFFD.',
    maxLength: maxPartBytes * maxEscapeLength,
    example: 'deployment.apps/checkout restarted',
  })
  text: string;

  @ApiProperty({ description: 'True if the line continues in the next part.', required: false, default: false })
  partial?: boolean;
}

const example = [
  '[restart : rollout] deployment.apps/checkout restarted',
  '[restart : wait] deployment "checkout" successfully rolled out',
  '',
].join('\n');

/** Describes the log of an execution in the OpenAPI document. */
export const DescribesLogs = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'getWorkflowExecutionLog',
      summary: 'Read the log of an execution',
      description:
        'The output of the steps of an execution, each line with its task and step. Lines of a step are in order; parallel ' +
        'tasks are merged by time. An execution that has not started yet has no lines. After 15 s without a line, an empty ' +
        'line keeps the connection alive. An error after the first line is sent as the last line (`error: …`, or ' +
        '`{"error": …}` with a problem), and then the connection is closed. Swagger UI waits for the end, so follow a log ' +
        'with `curl -N`.',
    }),
    ApiExtraModels(LogLineDto),
    ApiOkResponse({
      description: 'Lines of text, `[task : step] text`, or one LogLine as JSON per line.',
      content: {
        'text/plain': { schema: { type: 'string' }, example },
        'application/x-ndjson': { schema: { $ref: getSchemaPath(LogLineDto) } },
      },
    }),
    ...problemResponses(
      ['NotFound', 'The execution does not exist.'],
      ['NotAcceptable', 'The accepted types include neither text/plain nor application/x-ndjson.'],
      ['FailedPrecondition', 'The execution has ended without a run.'],
      ['LogsGone', 'The pods of the execution are gone, and its logs with them.'],
    ),
  );
