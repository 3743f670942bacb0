import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiProperty, ApiSchema, getSchemaPath } from '@nestjs/swagger';
import { maxLogPartBytes, secondsText, sizeText, streamKeepAliveMs } from '../../config/limits.ts';
import { problemResponses } from '../rest/problem-responses.ts';
import { maxEscapeLength } from './log-line.ts';

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
    description: 'Name of the step. Empty for lines that the service writes about a task.',
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
      `The line without its newline. A line of more than ${sizeText(maxLogPartBytes)} is split into parts. ` +
      'Control characters except tab are ' +
      'escaped as in JSON, `\\r` or `\\u001b`, and bytes that are not UTF-8 become U+FFFD.',
    maxLength: maxLogPartBytes * maxEscapeLength,
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

/** Documents the log operation. */
export const ApiLogs = () =>
  applyDecorators(
    ApiOperation({
      operationId: 'getWorkflowExecutionLog',
      summary: 'Read the log of an execution',
      description:
        'The output of the steps of an execution, each line with its task and step. Lines of a step are in order; parallel ' +
        'tasks are merged by time. An execution that has not started yet has no lines. After ' +
        `${secondsText(streamKeepAliveMs)} without a line, an empty ` +
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
