import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { dnsSubdomain } from '../resource/names.ts';
import { remediationRequestRule, targetRule } from '../executions/list-filter.ts';
import { WorkflowExecutionDto } from '../resource/workflow-execution.dto.ts';
import { OptionalQuery, resourceVersionRule } from '../validation/query.ts';

/** What may stand after the question mark of a watch. */
export class WatchQuery {
  @OptionalQuery('Only the execution of this name; the namespace has to be one then.', dnsSubdomain)
  name?: string;

  @OptionalQuery('Only executions of this workflow.', { maxLength: 253 })
  workflowId?: string;

  @OptionalQuery(
    'Only executions on this target, under any name of its kind: namespace/kind/name or kind/name.',
    targetRule,
  )
  targetResource?: string;

  @OptionalQuery('Only executions that serve the RemediationRequest of this name.', remediationRequestRule)
  remediationRequest?: string;

  @OptionalQuery(
    'Goes on after this resource version of an earlier event. The header Last-Event-ID goes before it.',
    resourceVersionRule,
  )
  resourceVersion?: string;
}

/** The data of an event of a watch, as the OpenAPI document describes it. */
@ApiSchema({ name: 'WatchEvent' })
export class WatchEventDto {
  @ApiProperty({
    enum: ['updated', 'deleted', 'synced', 'bookmark'],
    description:
      'What happened: the execution is as it is shown; it is gone; the current state has been told; nothing else has ' +
      'happened for a while. The same as the type of the event.',
  })
  type: string;

  @ApiProperty({
    type: () => WorkflowExecutionDto,
    required: false,
    description: 'The execution; for a deleted one its last known state. Absent for synced and bookmark.',
  })
  object?: WorkflowExecutionDto;

  @ApiProperty({
    description: 'A later watch that goes on from here misses nothing. The same as the id of the event.',
    maxLength: 19,
    example: '48213',
  })
  resourceVersion: string;
}

/** An event of a watch as it is sent, as the OpenAPI document describes it. */
@ApiSchema({ name: 'ServerSentEvent' })
export class SentEventDto {
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
