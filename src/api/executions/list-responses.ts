import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../workflow-execution/resource.ts';
import type {
  ListWorkflowExecutionsResponse,
  WorkflowExecution as WorkflowExecutionMessage,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { WorkflowExecutionDto } from '../resource/workflow-execution-resource.ts';
import type { ExecutionPage } from './commands.ts';
import { pageSizes } from '../../config/limits.ts';

const kind = `${workflowExecutionResource.kind}List`;

/** A page over gRPC. */
export function toListResponse({
  items,
  nextPageToken,
  total,
}: ExecutionPage<WorkflowExecutionMessage>): ListWorkflowExecutionsResponse {
  return { workflowExecutions: [...items], nextPageToken: nextPageToken ?? '', totalSize: total };
}

/**
 * A page over REST, as a Kubernetes list in JSON.
 *
 * @param page its executions in JSON
 */
export function toListJson({ items, nextPageToken, remaining }: ExecutionPage<string>): string {
  const metadata = nextPageToken === undefined ? {} : { continue: nextPageToken, remainingItemCount: remaining };
  const list = JSON.stringify({ apiVersion: workflowExecutionApiVersion, kind, metadata });
  return `${list.slice(0, -1)},"items":[${items.join(',')}]}`;
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
