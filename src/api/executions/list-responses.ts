import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../workflow-execution/resource.ts';
import type { ListWorkflowExecutionsResponse } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { toMessage } from '../resource/to-message.ts';
import {
  toResource,
  WorkflowExecutionDto,
  type WorkflowExecutionResource,
} from '../resource/workflow-execution-resource.ts';
import type { ExecutionPage } from './commands.ts';
import { pageSizes } from '../../config/limits.ts';

const kind = `${workflowExecutionResource.kind}List`;

/** A page over gRPC. */
export function toListResponse({ items, nextPageToken, total }: ExecutionPage): ListWorkflowExecutionsResponse {
  return { workflowExecutions: items.map(toMessage), nextPageToken: nextPageToken ?? '', totalSize: total };
}

/** A page over REST, as a Kubernetes list. */
export interface WorkflowExecutionList {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly continue?: string; readonly remainingItemCount?: number };
  readonly items: readonly WorkflowExecutionResource[];
}

/** A page over REST. */
export function toResourceList({ items, nextPageToken, remaining }: ExecutionPage): WorkflowExecutionList {
  return {
    apiVersion: workflowExecutionApiVersion,
    kind,
    metadata: nextPageToken === undefined ? {} : { continue: nextPageToken, remainingItemCount: remaining },
    items: items.map(toResource),
  };
}

/** The metadata of a list in the OpenAPI document. */
@ApiSchema({ name: 'ListMetadata' })
export class ListMetadataDto {
  @ApiProperty({ required: false, description: 'Token for the next page; absent on the last page.', maxLength: 2048 })
  continue?: string;

  @ApiProperty({
    type: 'integer',
    required: false,
    minimum: 1,
    description: 'Number of executions after this page; absent on the last page.',
  })
  remainingItemCount?: number;
}

/** A list in the OpenAPI document. */
@ApiSchema({ name: 'WorkflowExecutionList' })
export class WorkflowExecutionListDto {
  @ApiProperty({ enum: [workflowExecutionApiVersion], description: 'Group and version of the resources.' })
  apiVersion: string;

  @ApiProperty({ enum: [kind], description: 'Kind of the list.' })
  kind: string;

  @ApiProperty({ type: () => ListMetadataDto, description: 'The position of the page in its list.' })
  metadata: ListMetadataDto;

  @ApiProperty({ type: () => [WorkflowExecutionDto], maxItems: pageSizes.max, description: 'Newest first.' })
  items: WorkflowExecutionDto[];
}
