import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { dnsLabel, dnsSubdomain } from './names.ts';
import { WorkflowExecutionSpecDto } from '../generated/workflow-execution-spec.dto.ts';
import { WorkflowExecutionStatusDto } from '../generated/workflow-execution-status.dto.ts';

const strings = { type: 'object', additionalProperties: { type: 'string' }, selfRequired: false } as const;

/** An owner reference in the OpenAPI document. */
@ApiSchema({ name: 'OwnerReference' })
export class OwnerReferenceDto {
  @ApiProperty({ description: 'Group and version of its kind.', maxLength: 317 })
  apiVersion: string;

  @ApiProperty({ description: 'Its kind.', maxLength: 63 })
  kind: string;

  @ApiProperty({ description: 'Its name, in the same namespace if it is namespaced.', maxLength: 253 })
  name: string;

  @ApiProperty({ description: 'Its UID.', maxLength: 128 })
  uid: string;

  @ApiProperty({ description: 'Whether it is the managing controller.', required: false })
  controller?: boolean;

  @ApiProperty({ description: 'Whether its deletion waits for that of the execution.', required: false })
  blockOwnerDeletion?: boolean;
}

/** The metadata of an execution in the OpenAPI document. */
@ApiSchema({ name: 'Metadata' })
export class MetadataDto {
  @ApiProperty({
    description: 'Name within the namespace.',
    maxLength: dnsSubdomain.maxLength,
    example: 'we-pod-crash-f8a3b9c2',
  })
  name: string;

  @ApiProperty({ description: 'Namespace of the execution.', maxLength: dnsLabel.maxLength, example: 'payment' })
  namespace: string;

  @ApiProperty({ description: 'Unique, also among executions of the same name.', maxLength: 128 })
  uid: string;

  @ApiProperty({
    description: 'Opaque; changes with every change of the resource. Absent if the execution was only validated.',
    required: false,
    maxLength: 64,
  })
  resourceVersion?: string;

  @ApiProperty({ type: 'integer', description: 'Counts the changes of the spec.', minimum: 1, required: false })
  generation?: number;

  @ApiProperty({ format: 'date-time', description: 'Time of creation.' })
  creationTimestamp: string;

  @ApiProperty({ format: 'date-time', description: 'Time when its deletion was requested.', required: false })
  deletionTimestamp?: string;

  @ApiProperty({
    description: 'Finalizers that delay its deletion.',
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
    description: 'Owners; the execution is deleted with them.',
    required: false,
  })
  ownerReferences?: OwnerReferenceDto[];
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
