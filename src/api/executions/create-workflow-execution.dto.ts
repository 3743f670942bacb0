import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { Equals, IsDefined, IsObject, ValidateNested } from 'class-validator';
import { ownPrefix } from '../../workflow-execution/metadata.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { WorkflowExecutionSpecDto } from '../generated/workflow-execution-spec.dto.ts';
import { invalidField } from '../errors/api-error.ts';
import { dnsLabel, dnsSubdomain } from '../resource/names.ts';
import { OptionalFlag, OptionalQuery } from '../validation/query.ts';
import { IsStringMap, IsText, Optional } from '../validation/validators.ts';
import type { CreateCommand } from './commands.ts';
import { requestIdRule } from './new-execution.ts';

/** Maximum number of labels, and of annotations. */
const maxProperties = 256;

/** Keys of labels and annotations, and values of labels, by the rules of the API server. */
const labelName = '[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?';
const prefix = dnsSubdomain.pattern.source.slice(1, -1);
const propertyNames = { maxLength: 317, pattern: `^(${prefix}\\/)?${labelName}$` };
const nameRule = "letters, digits, '-', '_' and '.', at most 63, with a letter or digit at both ends";
const keys = {
  maxLength: propertyNames.maxLength,
  pattern: new RegExp(propertyNames.pattern),
  message: `every key must be ${nameRule}, optionally prefixed by a DNS subdomain and '/'`,
};
const labelValue = `^(${labelName})?$`;
const values = { pattern: new RegExp(labelValue), message: `must be empty, or ${nameRule}` };
const stringMap = { type: 'object', maxProperties, propertyNames, additionalProperties: { type: 'string' } } as const;
const labelMap = {
  ...stringMap,
  additionalProperties: { type: 'string', maxLength: 63, pattern: labelValue },
} as const;

/** Metadata that a caller may set on a new execution. */
@ApiSchema({ name: 'NewMetadata' })
export class NewMetadataDto {
  @ApiProperty({
    description: 'If omitted, derived from the request id, or else from the name of the RemediationRequest.',
    required: false,
    pattern: dnsSubdomain.pattern.source,
    maxLength: dnsSubdomain.maxLength,
    example: 'we-pod-crash-f8a3b9c2',
  })
  @Optional()
  @IsText(dnsSubdomain)
  name?: string;

  @ApiProperty({
    description: 'If given, the namespace of the address.',
    required: false,
    pattern: dnsLabel.pattern.source,
    maxLength: dnsLabel.maxLength,
  })
  @Optional()
  @IsText(dnsLabel)
  namespace?: string;

  @ApiProperty({ ...labelMap, description: 'Kubernetes labels.', selfRequired: false, example: { team: 'payment' } })
  @Optional()
  @IsStringMap({ maxProperties, maxLength: 63, reservedPrefix: ownPrefix, keys, values })
  labels?: Record<string, string>;

  @ApiProperty({ ...stringMap, description: 'Kubernetes annotations.', selfRequired: false })
  @Optional()
  @IsStringMap({ maxProperties, reservedPrefix: ownPrefix, keys })
  annotations?: Record<string, string>;
}

/** A new execution, as a Kubernetes resource. Requests of both transports are validated by this class. */
@ApiSchema({ name: 'CreateWorkflowExecution' })
export class CreateWorkflowExecutionDto {
  @ApiProperty({
    description: 'Version of the schema; optional.',
    required: false,
    enum: [workflowExecutionApiVersion],
  })
  @Optional()
  @Equals(workflowExecutionApiVersion, { message: `must be ${workflowExecutionApiVersion}` })
  apiVersion?: string;

  @ApiProperty({
    description: 'Kind of the resource; optional.',
    required: false,
    enum: [workflowExecutionResource.kind],
  })
  @Optional()
  @Equals(workflowExecutionResource.kind, { message: `must be ${workflowExecutionResource.kind}` })
  kind?: string;

  @ApiProperty({ type: () => NewMetadataDto, description: 'Name, labels and annotations.', required: false })
  @Optional()
  @IsObject({ message: 'must be an object' })
  @ValidateNested()
  @Type(() => NewMetadataDto)
  metadata?: NewMetadataDto;

  @ApiProperty({
    type: () => WorkflowExecutionSpecDto,
    description: 'The desired run: workflow, target and inputs.',
    required: true,
  })
  @IsDefined({ message: 'is required' })
  @IsObject({ message: 'must be an object' })
  @ValidateNested()
  @Type(() => WorkflowExecutionSpecDto)
  spec: WorkflowExecutionSpecDto;
}

/** Options of a create. */
export class CreateQuery {
  @OptionalQuery(
    'Makes the call safe to repeat: the same id with the same request, from the same caller and in the same namespace, ' +
      'is answered with the execution that was created, for as long as that exists. ' +
      "A UUID, or any 1 to 64 letters, digits, '-', '_' and '.'.",
    requestIdRule,
  )
  requestId?: string;

  @OptionalFlag('Validates the request, in the cluster too, without creating anything.')
  validateOnly = false;
}

/**
 * The command of a validated request.
 *
 * @param namespace of the address or the parent
 * @throws ApiError InvalidArgument if the metadata has another namespace
 */
export function toCreateCommand(
  namespace: string,
  { metadata = {}, spec }: CreateWorkflowExecutionDto,
  { requestId, validateOnly }: CreateQuery,
): CreateCommand {
  const { name, namespace: own = namespace, labels, annotations } = metadata;
  if (own === namespace) return { namespace, name, labels, annotations, spec, requestId, validateOnly };
  throw invalidField(['metadata', 'namespace'], `must be ${namespace}, as in the address, or left out`);
}
