import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, getSchemaPath } from '@nestjs/swagger';
import { problemResponses } from '../rest/problem-responses.ts';
import { LogLineDto } from './logs.dto.ts';

const example = [
  '[restart : rollout] deployment.apps/checkout restarted',
  '[restart : wait] deployment "checkout" successfully rolled out',
  '',
].join('\n');

/** Describes the log of an execution. */
export const DescribesLogs = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'getWorkflowExecutionLog',
      summary: 'Read the log of an execution',
      description:
        'What the steps of an execution have written, each line with its task and step. The lines of a step are in order; ' +
        'those of tasks that ran side by side are ordered by time. One that has not started yet has no lines. When there has been no ' +
        'line for 15 s, an empty line keeps the connection alive. What breaks ' +
        'a log off once it has begun is told in its last line (`error: …`, or `{"error": …}` with a problem), and then the ' +
        'connection is cut. Swagger UI waits for the end, so follow a log with `curl -N`.',
    }),
    ApiExtraModels(LogLineDto),
    ApiOkResponse({
      description: 'Lines of text, `[task : step] text`, or one LogLine as JSON a line.',
      content: {
        'text/plain': { schema: { type: 'string' }, example },
        'application/x-ndjson': { schema: { $ref: getSchemaPath(LogLineDto) } },
      },
    }),
    ...problemResponses(
      ['NotFound', 'There is no such execution.'],
      ['NotAcceptable', 'Neither text/plain nor application/x-ndjson is asked for.'],
      ['FailedPrecondition', 'The execution has ended, and nothing of it has run.'],
      ['LogsGone', 'The pods of the execution are gone, and its logs with them.'],
    ),
  );
