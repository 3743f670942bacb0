import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type {
  WorkflowExecution,
  WorkflowExecutionMetadata,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { observedStatus } from '../../workflow-execution/status.ts';
import { MetadataDto } from '../generated/metadata.dto.ts';
import { WorkflowExecutionSpecDto } from '../generated/workflow-execution-spec.dto.ts';
import { WorkflowExecutionStatusDto } from '../generated/workflow-execution-status.dto.ts';

/** An execution over REST; after a dry run it has no resource version. */
export interface WorkflowExecutionResource extends Omit<WorkflowExecution, 'metadata'> {
  readonly metadata: Omit<WorkflowExecutionMetadata, 'resourceVersion'> & { readonly resourceVersion?: string };
}

/** An execution over REST: the stored resource without `managedFields`. */
export function toResource(execution: WorkflowExecution): WorkflowExecutionResource {
  const { apiVersion, kind, metadata, spec } = execution;
  const status = observedStatus(execution);
  return { apiVersion, kind, metadata: toMetadata(metadata), spec, ...(status === undefined ? {} : { status }) };
}

/** The address of an execution. */
export function locationOf({ metadata }: WorkflowExecutionResource): string {
  return `/api/v1/namespaces/${metadata.namespace}/${workflowExecutionResource.plural}/${metadata.name}`;
}

function toMetadata(metadata: WorkflowExecutionMetadata): WorkflowExecutionResource['metadata'] {
  const { name, namespace, uid, resourceVersion, generation, creationTimestamp } = metadata;
  const { deletionTimestamp, finalizers, labels, annotations, ownerReferences } = metadata;
  return {
    ...{ name, namespace, uid, resourceVersion: resourceVersion || undefined, generation, creationTimestamp },
    ...{ deletionTimestamp, finalizers, labels, annotations, ownerReferences },
  };
}

/** An execution in the OpenAPI document. */
@ApiSchema({ name: 'WorkflowExecution' })
export class WorkflowExecutionDto {
  @ApiProperty({ enum: [workflowExecutionApiVersion], description: 'Group and version of the resource.' })
  apiVersion: string;

  @ApiProperty({ enum: [workflowExecutionResource.kind], description: 'Kind of the resource.' })
  kind: string;

  @ApiProperty({ type: () => MetadataDto, description: 'Kubernetes metadata.' })
  metadata: MetadataDto;

  @ApiProperty({ type: () => WorkflowExecutionSpecDto, description: 'The workflow to run, and its target.' })
  spec: WorkflowExecutionSpecDto;

  @ApiProperty({
    type: () => WorkflowExecutionStatusDto,
    required: false,
    description: 'Absent until the execution has been reconciled.',
  })
  status?: WorkflowExecutionStatusDto;
}
