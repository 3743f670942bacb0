import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { pageSizes } from '../executions/listing/page-of.ts';
import { dnsLabel, dnsSubdomain } from './names.ts';
import { WorkflowExecutionSpecDto } from '../generated/workflow-execution-spec.dto.ts';
import { WorkflowExecutionStatusDto } from '../generated/workflow-execution-status.dto.ts';

const strings = { type: 'object', additionalProperties: { type: 'string' }, selfRequired: false } as const;

/** An owner, as the OpenAPI document describes it. */
@ApiSchema({ name: 'OwnerReference' })
export class OwnerReferenceDto {
  @ApiProperty({ description: 'Group and version of its kind.', maxLength: 317 })
  apiVersion: string;

  @ApiProperty({ description: 'Its kind.', maxLength: 63 })
  kind: string;

  @ApiProperty({ description: 'Its name, in the same namespace if it has one.', maxLength: 253 })
  name: string;

  @ApiProperty({ description: 'Its UID.', maxLength: 128 })
  uid: string;

  @ApiProperty({ description: 'Whether it is the one that controls the execution.', required: false })
  controller?: boolean;

  @ApiProperty({ description: 'Whether it waits for the execution to go before it goes itself.', required: false })
  blockOwnerDeletion?: boolean;
}

/** The metadata of an execution, as the OpenAPI document describes it. */
@ApiSchema({ name: 'Metadata' })
export class MetadataDto {
  @ApiProperty({
    description: 'Name within the namespace.',
    maxLength: dnsSubdomain.maxLength,
    example: 'we-pod-crash-f8a3b9c2',
  })
  name: string;

  @ApiProperty({ description: 'Namespace that it is in.', maxLength: dnsLabel.maxLength, example: 'payment' })
  namespace: string;

  @ApiProperty({ description: 'No two executions ever share it, not even ones of the same name.', maxLength: 128 })
  uid: string;

  @ApiProperty({
    description: 'Changes with every change of the resource; opaque. Absent when the execution was only validated.',
    required: false,
    maxLength: 64,
  })
  resourceVersion?: string;

  @ApiProperty({ type: 'integer', description: 'Counts the changes of the spec.', minimum: 1, required: false })
  generation?: number;

  @ApiProperty({ format: 'date-time', description: 'When it was created.' })
  creationTimestamp: string;

  @ApiProperty({ format: 'date-time', description: 'When its deletion was asked for.', required: false })
  deletionTimestamp?: string;

  @ApiProperty({
    description: 'What has to be done before it is gone.',
    type: 'array',
    items: { type: 'string', maxLength: 317 },
    required: false,
  })
  finalizers?: string[];

  @ApiProperty({ ...strings, description: 'Kubernetes labels.' })
  labels?: Record<string, string>;

  @ApiProperty({ ...strings, description: 'Kubernetes annotations; 256 KiB at most, all of them together.' })
  annotations?: Record<string, string>;

  @ApiProperty({
    type: () => [OwnerReferenceDto],
    description: 'What it goes with when that is deleted.',
    required: false,
  })
  ownerReferences?: OwnerReferenceDto[];
}

/** An execution, as the OpenAPI document describes it. */
@ApiSchema({ name: 'WorkflowExecution' })
export class WorkflowExecutionDto {
  @ApiProperty({ enum: [workflowExecutionApiVersion], description: 'Group and version of the resource.' })
  apiVersion: string;

  @ApiProperty({ enum: [workflowExecutionResource.kind], description: 'Kind of the resource.' })
  kind: string;

  @ApiProperty({ type: () => MetadataDto, description: 'What every resource of Kubernetes has.' })
  metadata: MetadataDto;

  @ApiProperty({ type: () => WorkflowExecutionSpecDto, description: 'What is to be run, and on what.' })
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
  @ApiProperty({ required: false, description: 'Gets the next page; absent on the last one.', maxLength: 2048 })
  continue?: string;

  @ApiProperty({
    type: 'integer',
    required: false,
    minimum: 1,
    description: 'How many executions come after this page; absent on the last one.',
  })
  remainingItemCount?: number;
}

/** One page of executions, as the OpenAPI document describes it. */
@ApiSchema({ name: 'WorkflowExecutionList' })
export class WorkflowExecutionListDto {
  @ApiProperty({ enum: [workflowExecutionApiVersion], description: 'Group and version of the resources.' })
  apiVersion: string;

  @ApiProperty({ enum: [`${workflowExecutionResource.kind}List`], description: 'Kind of the list.' })
  kind: string;

  @ApiProperty({ type: () => ListMetadataDto, description: 'Where the page stands in its list.' })
  metadata: ListMetadataDto;

  @ApiProperty({ type: () => [WorkflowExecutionDto], maxItems: pageSizes.max, description: 'The newest first.' })
  items: WorkflowExecutionDto[];
}
