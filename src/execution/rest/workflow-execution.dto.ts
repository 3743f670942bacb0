import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { WorkflowExecutionSpecDto } from '../generated/workflow-execution-spec.dto.ts';
import { WorkflowExecutionStatusDto } from '../generated/workflow-execution-status.dto.ts';

const stringMap = { type: 'object', additionalProperties: { type: 'string' }, selfRequired: false } as const;

/** An owner, as the OpenAPI document describes it. */
@ApiSchema({ name: 'OwnerReference' })
export class OwnerReferenceDto {
  @ApiProperty()
  apiVersion: string;

  @ApiProperty()
  kind: string;

  @ApiProperty()
  name: string;

  @ApiProperty()
  uid: string;

  @ApiProperty({ required: false })
  controller?: boolean;

  @ApiProperty({ required: false })
  blockOwnerDeletion?: boolean;
}

/** The metadata of an execution, as the OpenAPI document describes it. */
@ApiSchema({ name: 'Metadata' })
export class MetadataDto {
  @ApiProperty({ description: 'Name within the namespace.', example: 'we-pod-crash-f8a3b9c2' })
  name: string;

  @ApiProperty({ example: 'payment' })
  namespace: string;

  @ApiProperty({ description: 'No two executions ever share it, not even ones of the same name.' })
  uid: string;

  @ApiProperty({ description: 'Changes with every change of the resource; opaque.' })
  resourceVersion: string;

  @ApiProperty({ type: 'integer', description: 'Counts the changes of the spec.', required: false })
  generation?: number;

  @ApiProperty({ format: 'date-time' })
  creationTimestamp: string;

  @ApiProperty({ format: 'date-time', description: 'When its deletion was asked for.', required: false })
  deletionTimestamp?: string;

  @ApiProperty({ type: [String], description: 'What has to be done before it is gone.', required: false })
  finalizers?: string[];

  @ApiProperty(stringMap)
  labels?: Record<string, string>;

  @ApiProperty(stringMap)
  annotations?: Record<string, string>;

  @ApiProperty({ type: () => [OwnerReferenceDto], required: false })
  ownerReferences?: OwnerReferenceDto[];
}

/** An execution, as the OpenAPI document describes it. */
@ApiSchema({ name: 'WorkflowExecution' })
export class WorkflowExecutionDto {
  @ApiProperty({ enum: [workflowExecutionApiVersion] })
  apiVersion: string;

  @ApiProperty({ enum: [workflowExecutionResource.kind] })
  kind: string;

  @ApiProperty({ type: () => MetadataDto })
  metadata: MetadataDto;

  @ApiProperty({ type: () => WorkflowExecutionSpecDto })
  spec: WorkflowExecutionSpecDto;

  @ApiProperty({
    type: () => WorkflowExecutionStatusDto,
    required: false,
    description: 'Absent until the service has looked at the execution.',
  })
  status?: WorkflowExecutionStatusDto;
}

/** Where a page stands in its list. */
@ApiSchema({ name: 'ListMetadata' })
export class ListMetadataDto {
  @ApiProperty({ required: false, description: 'Gets the next page; absent on the last one.' })
  continue?: string;

  @ApiProperty({ type: 'integer', required: false, description: 'How many executions come after this page.' })
  remainingItemCount?: number;
}

/** One page of executions, as the OpenAPI document describes it. */
@ApiSchema({ name: 'WorkflowExecutionList' })
export class WorkflowExecutionListDto {
  @ApiProperty({ enum: [workflowExecutionApiVersion] })
  apiVersion: string;

  @ApiProperty({ enum: [`${workflowExecutionResource.kind}List`] })
  kind: string;

  @ApiProperty({ type: () => ListMetadataDto })
  metadata: ListMetadataDto;

  @ApiProperty({ type: () => [WorkflowExecutionDto], description: 'The newest first.' })
  items: WorkflowExecutionDto[];
}
