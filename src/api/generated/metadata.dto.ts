// Generated from crds/ by `npm run generate`. Do not edit.
import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** An owner of the execution. */
@ApiSchema({ name: 'OwnerReference' })
export class OwnerReferenceDto {
  /** Group and version of its kind. */
  @ApiProperty({ type: 'string', description: 'Group and version of its kind.', required: true, maxLength: 317 })
  apiVersion!: string;

  /** Its kind. */
  @ApiProperty({ type: 'string', description: 'Its kind.', required: true, maxLength: 63 })
  kind!: string;

  /** Its name, in the same namespace if it is namespaced. */
  @ApiProperty({
    type: 'string',
    description: 'Its name, in the same namespace if it is namespaced.',
    required: true,
    maxLength: 253,
  })
  name!: string;

  /** Its UID. */
  @ApiProperty({ type: 'string', description: 'Its UID.', required: true, maxLength: 128 })
  uid!: string;

  /** Whether it is the managing controller. */
  @ApiProperty({ type: 'boolean', description: 'Whether it is the managing controller.', required: false })
  controller?: boolean;

  /** Whether its deletion waits for that of the execution. */
  @ApiProperty({
    type: 'boolean',
    description: 'Whether its deletion waits for that of the execution.',
    required: false,
  })
  blockOwnerDeletion?: boolean;
}

/** The metadata of a Kubernetes object, as far as it is used. */
@ApiSchema({ name: 'Metadata' })
export class MetadataDto {
  /** Name within the namespace. */
  @ApiProperty({
    type: 'string',
    description: 'Name within the namespace.',
    required: true,
    maxLength: 253,
    example: 'we-pod-crash-f8a3b9c2',
  })
  name!: string;

  /** Namespace of the execution. */
  @ApiProperty({
    type: 'string',
    description: 'Namespace of the execution.',
    required: true,
    maxLength: 63,
    example: 'payment',
  })
  namespace!: string;

  /** Unique, also among executions of the same name. */
  @ApiProperty({
    type: 'string',
    description: 'Unique, also among executions of the same name.',
    required: true,
    maxLength: 128,
  })
  uid!: string;

  /** Opaque; changes with every change of the resource. Absent if the execution was only validated. */
  @ApiProperty({
    type: 'string',
    description: 'Opaque; changes with every change of the resource. Absent if the execution was only validated.',
    required: false,
    maxLength: 64,
  })
  resourceVersion?: string;

  /** Counts the changes of the spec. */
  @ApiProperty({ type: 'integer', description: 'Counts the changes of the spec.', required: false, minimum: 1 })
  generation?: number;

  /** Time of creation. */
  @ApiProperty({ type: 'string', description: 'Time of creation.', required: true, format: 'date-time' })
  creationTimestamp!: string;

  /** Time when its deletion was requested. */
  @ApiProperty({
    type: 'string',
    description: 'Time when its deletion was requested.',
    required: false,
    format: 'date-time',
  })
  deletionTimestamp?: string;

  /** Finalizers that delay its deletion. */
  @ApiProperty({
    type: 'array',
    items: { type: 'string', maxLength: 317 },
    description: 'Finalizers that delay its deletion.',
    required: false,
  })
  finalizers?: string[];

  /** Kubernetes labels. */
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Kubernetes labels.',
    selfRequired: false,
  })
  labels?: Record<string, string>;

  /** Kubernetes annotations; 256 KiB at most, all of them together. */
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Kubernetes annotations; 256 KiB at most, all of them together.',
    selfRequired: false,
  })
  annotations?: Record<string, string>;

  /** Owners; the execution is deleted with them. */
  @ApiProperty({
    type: () => [OwnerReferenceDto],
    description: 'Owners; the execution is deleted with them.',
    required: false,
  })
  ownerReferences?: OwnerReferenceDto[];
}
