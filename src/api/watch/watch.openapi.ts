import { applyDecorators } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiSchema,
  getSchemaPath,
} from '@nestjs/swagger';
import { secondsText, streamKeepAliveMs } from '../../config/limits.ts';
import { WorkflowExecutionDto } from '../resource/workflow-execution-resource.ts';
import { problemResponses } from '../rest/problem-responses.ts';
import { resourceVersionRule } from '../validation/query.ts';

/** The data of an event of a watch, for the OpenAPI document. */
@ApiSchema({ name: 'WatchEvent' })
class WatchEventDto {
  @ApiProperty({
    enum: ['updated', 'deleted', 'synced', 'bookmark'],
    description:
      'The state of the execution; its deletion; the end of the initial state; no other event for a while. The same as the ' +
      'type of the event.',
  })
  type: string;

  @ApiProperty({
    type: () => WorkflowExecutionDto,
    required: false,
    description: 'The execution; for a deleted one its last known state. Absent for synced and bookmark.',
  })
  object?: WorkflowExecutionDto;

  @ApiProperty({
    description: 'A later watch that resumes from here misses nothing. The same as the id of the event.',
    maxLength: 19,
    example: '48213',
  })
  resourceVersion: string;
}

/** An event of a watch on the wire, for the OpenAPI document. */
@ApiSchema({ name: 'ServerSentEvent' })
class ServerSentEventDto {
  @ApiProperty({ enum: ['updated', 'deleted', 'synced', 'bookmark', 'error'], description: 'Type of the event.' })
  event: string;

  @ApiProperty({
    description: 'The resource version to resume from. Absent for an error.',
    required: false,
    maxLength: resourceVersionRule.maxLength,
    example: '48213',
  })
  id?: string;

  @ApiProperty({ description: 'JSON: a WatchEvent; for an error the Problem that ended the watch.' })
  data: string;
}

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

/** Documents the watch operation. */
export const ApiWatch = () =>
  applyDecorators(
    ApiOperation({
      operationId: 'watchWorkflowExecutions',
      summary: 'Watch executions',
      description:
        'Server-Sent Events: the current state of every matching execution (`updated`), then `synced`, then every change ' +
        '(`updated`, `deleted`) until the caller ends the watch; `bookmark` after ' +
        `${secondsText(streamKeepAliveMs)} without another event. Events carry ` +
        'states: a slow reader gets the latest state of an execution and may miss earlier ones. If the service ends the ' +
        'watch, the last event is `error`, with a problem as its data. Swagger UI waits for the end, so use `curl -N` or an ' +
        'EventSource.',
    }),
    ApiHeader({
      name: 'Last-Event-ID',
      required: false,
      description: 'Resumes after the event with this resource version; an EventSource sends it when it reconnects.',
      schema: { type: 'string', maxLength: resourceVersionRule.maxLength, pattern: resourceVersionRule.pattern.source },
    }),
    ApiExtraModels(ServerSentEventDto, WatchEventDto),
    ApiOkResponse({
      description: 'Server-Sent Events.',
      content: { 'text/event-stream': { schema: { $ref: getSchemaPath(ServerSentEventDto) }, example } },
    }),
    ...problemResponses([
      'PositionExpired',
      'Changes since the resource version are no longer known; watch again without one.',
    ]),
  );
