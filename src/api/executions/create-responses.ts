import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { CreateWorkflowExecutionResponse } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { PreflightDto, toPreflightMessage, toPreflightResource } from '../preflight/preflight-responses.ts';
import { toMessage } from '../resource/to-message.ts';
import {
  locationOf,
  toResource,
  WorkflowExecutionDto,
  type WorkflowExecutionResource,
} from '../resource/workflow-execution-resource.ts';
import type { CreatedExecution } from './commands.ts';

/** The response to a create over gRPC. */
export function toCreateResponse({
  execution,
  preflight,
  warnings,
}: CreatedExecution): CreateWorkflowExecutionResponse {
  return {
    workflowExecution: toMessage(execution),
    preflight: preflight && toPreflightMessage(preflight),
    warnings: [...warnings],
  };
}

/** The response to a create over REST. */
export interface CreatedResource extends WorkflowExecutionResource {
  readonly preflight?: PreflightDto;
}

/** The response to a create over REST. */
export function toCreatedResource({ execution, preflight }: CreatedExecution): CreatedResource {
  const resource = toResource(execution);
  return preflight === undefined ? resource : { ...resource, preflight: toPreflightResource(preflight) };
}

/**
 * The headers of the response over REST: warnings are those of Kubernetes (https://kubernetes.io/blog/2020/09/03/warnings/), each a
 * JSON string in ASCII, because Node.js refuses other characters.
 */
export function headersOf({ execution, preflight, warnings }: CreatedExecution): Record<string, string | string[]> {
  return {
    ...(preflight === undefined ? { location: locationOf(execution) } : {}),
    ...(warnings.length === 0 ? {} : { warning: warnings.map((text) => `299 - ${asciiJson(text)}`) }),
  };
}

function asciiJson(text: string): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(text).replaceAll(/[^ -~]/g, escaped);
}

/** The response to a create in the OpenAPI document. */
@ApiSchema({ name: 'CreatedWorkflowExecution' })
export class CreatedWorkflowExecutionDto extends WorkflowExecutionDto {
  @ApiProperty({
    type: () => PreflightDto,
    required: false,
    description: 'How the execution fits the Pipeline in its bundle; only with `validateOnly`.',
  })
  preflight?: PreflightDto;
}
