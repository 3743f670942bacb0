import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOkResponse, ApiOperation, getSchemaPath } from '@nestjs/swagger';
import { problemResponses } from '../rest/problem-responses.ts';
import { resourceVersionRule } from '../validation/query.ts';
import { SentEventDto, WatchEventDto } from './watch.dto.ts';

const example = [
  'retry: 1000',
  '',
  'event: updated',
  'id: 48213',
  'data: {"type":"updated","object":{"apiVersion":"workflowexecution.kubernaut.ai/v1alpha1","kind":"WorkflowExecution",…},"resourceVersion":"48213"}',
  '',
  'event: synced',
  'id: 48213',
  'data: {"type":"synced","resourceVersion":"48213"}',
  '',
  '',
].join('\n');

/** Describes a watch of executions. */
export const DescribesWatch = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'watchWorkflowExecutions',
      summary: 'Watch executions',
      description:
        'Server-Sent Events: the current state of every execution that is asked for (`updated`), then `synced`, then every ' +
        'change (`updated`, `deleted`), until the caller ends it; `bookmark` when there is nothing to tell for 15 s. It ' +
        'tells states rather than steps: a caller that reads slowly gets the latest state of an execution and not each one ' +
        'between. What ends it from this side is told as `error`, with a problem as its data. Swagger UI waits for the end, ' +
        'so try it with `curl -N` or an EventSource.',
    }),
    ApiHeader({
      name: 'Last-Event-ID',
      required: false,
      description:
        'Goes on after this resource version of an earlier event; an EventSource sends it when it comes back.',
      schema: { type: 'string', maxLength: resourceVersionRule.maxLength, pattern: resourceVersionRule.pattern.source },
    }),
    ApiExtraModels(SentEventDto, WatchEventDto),
    ApiOkResponse({
      description: 'Server-Sent Events, each as the schema has it.',
      content: { 'text/event-stream': { schema: { $ref: getSchemaPath(SentEventDto) }, example } },
    }),
    ...problemResponses([
      'PositionExpired',
      'What has happened since the resource version is not known any more; watch again without one.',
    ]),
  );
