import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { Equals, IsDefined, IsObject, ValidateNested } from 'class-validator';
import { ownPrefix } from '../../workflow-execution/metadata.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { WorkflowExecutionSpecDto } from '../generated/workflow-execution-spec.dto.ts';
import { dnsLabel, dnsSubdomain } from '../resource/names.ts';
import { Optional } from '../validation/optional.ts';
import { IsStringMap } from '../validation/string-map.validator.ts';
import { IsText } from '../validation/text.validator.ts';

/** The most labels, and the most annotations. */
const maxProperties = 256;

/** Keys of labels and annotations, and values of labels, as the API server has them (`kubectl explain`). */
const labelName = '[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?';
const prefix = dnsSubdomain.pattern.source.slice(1, -1);
const propertyNames = { maxLength: 317, pattern: `^(${prefix}\\/)?${labelName}$` };
const nameRule = "letters, digits, '-', '_' and '.', at most 63, with a letter or digit at both ends";
const keys = {
  maxLength: propertyNames.maxLength,
  pattern: new RegExp(propertyNames.pattern),
  message: `every key must be ${nameRule}, behind a DNS subdomain and '/' or alone`,
};
const labelValue = `^(${labelName})?$`;
const values = { pattern: new RegExp(labelValue), message: `must be empty, or ${nameRule}` };
const stringMap = { type: 'object', maxProperties, propertyNames, additionalProperties: { type: 'string' } } as const;
const labelMap = {
  ...stringMap,
  additionalProperties: { type: 'string', maxLength: 63, pattern: labelValue },
} as const;

/** The metadata that a caller may give to a new execution. */
@ApiSchema({ name: 'NewMetadata' })
export class NewMetadataDto {
  /** If omitted, derived from the request id, or else from the name of the RemediationRequest. */
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

  /** The same as in the address, when it is given. */
  @ApiProperty({
    description: 'The same as in the address, when it is given.',
    required: false,
    pattern: dnsLabel.pattern.source,
    maxLength: dnsLabel.maxLength,
  })
  @Optional()
  @IsText(dnsLabel)
  namespace?: string;

  /** Kubernetes labels. */
  @ApiProperty({ ...labelMap, description: 'Kubernetes labels.', selfRequired: false, example: { team: 'payment' } })
  @Optional()
  @IsStringMap({ maxProperties, maxLength: 63, reservedPrefix: ownPrefix, keys, values })
  labels?: Record<string, string>;

  /** Kubernetes annotations. */
  @ApiProperty({ ...stringMap, description: 'Kubernetes annotations.', selfRequired: false })
  @Optional()
  @IsStringMap({ maxProperties, reservedPrefix: ownPrefix, keys })
  annotations?: Record<string, string>;
}

/** A new execution, as a Kubernetes resource. What both transports take is held to the rules of this class. */
@ApiSchema({ name: 'CreateWorkflowExecution' })
export class CreateWorkflowExecutionDto {
  /** Version of the schema. */
  @ApiProperty({
    description: 'Version of the schema; it may be left out.',
    required: false,
    enum: [workflowExecutionApiVersion],
  })
  @Optional()
  @Equals(workflowExecutionApiVersion, { message: `must be ${workflowExecutionApiVersion}` })
  apiVersion?: string;

  /** Kind of the resource. */
  @ApiProperty({
    description: 'Kind of the resource; it may be left out.',
    required: false,
    enum: [workflowExecutionResource.kind],
  })
  @Optional()
  @Equals(workflowExecutionResource.kind, { message: `must be ${workflowExecutionResource.kind}` })
  kind?: string;

  /** Name, labels and annotations. */
  @ApiProperty({ type: () => NewMetadataDto, description: 'Name, labels and annotations.', required: false })
  @Optional()
  @IsObject({ message: 'must be an object' })
  @ValidateNested()
  @Type(() => NewMetadataDto)
  metadata?: NewMetadataDto;

  /** What to run, on what, with which inputs. */
  @ApiProperty({
    type: () => WorkflowExecutionSpecDto,
    description: 'What to run, on what, with which inputs.',
    required: true,
  })
  @IsDefined({ message: 'is required' })
  @IsObject({ message: 'must be an object' })
  @ValidateNested()
  @Type(() => WorkflowExecutionSpecDto)
  spec: WorkflowExecutionSpecDto;
}
