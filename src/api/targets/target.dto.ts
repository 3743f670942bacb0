import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { targetLimits } from '../../config/limits.ts';
import { allPhases } from '../../workflow-execution/execution.ts';
import { maxTargetLength } from '../../workflow-execution/target-resource.ts';
import { dnsLabel, dnsSubdomain } from '../resource/names.ts';
import { IsText } from '../validation/validators.ts';

// As in the CRD.
const kind = '[a-zA-Z]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?([.][a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*';
const name = '[a-zA-Z0-9]([-a-zA-Z0-9:._]{0,251}[a-zA-Z0-9])?';
const namespace = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?';

const kindRule = {
  maxLength: 317,
  pattern: new RegExp(`^${kind}$`),
  message: 'must be the name of a kind, which its API group may follow: deployment, deployments.apps',
} as const;

const nameRule = {
  maxLength: 253,
  pattern: new RegExp(`^${name}$`),
  message: 'must be the name of an object',
} as const;

/** Path of a cluster-scoped target. */
export class ClusterTargetParameters {
  @ApiProperty({
    ...{ maxLength: kindRule.maxLength, pattern: kindRule.pattern.source, example: 'deployment' },
    description: 'Kind of the target: any name that kubectl accepts, qualified by its API group if necessary.',
  })
  @IsText(kindRule)
  kind: string;

  @ApiProperty({
    ...{ maxLength: nameRule.maxLength, pattern: nameRule.pattern.source, example: 'payment-api' },
    description: 'Name of the target.',
  })
  @IsText(nameRule)
  name: string;
}

/** Path of a namespaced target. */
export class TargetParameters extends ClusterTargetParameters {
  @ApiProperty({
    ...{ maxLength: dnsLabel.maxLength, pattern: dnsLabel.pattern.source, example: 'payment' },
    description: 'Namespace of the target.',
  })
  @IsText(dnsLabel)
  namespace: string;
}

/** The name of a target over gRPC, without its prefix. */
export class TargetName {
  @IsText({
    maxLength: maxTargetLength,
    pattern: new RegExp(`^(${namespace}/)?${kind}/${name}$`),
    message: 'must be targets/{namespace}/{kind}/{name}, or targets/{kind}/{name} of a cluster-scoped resource',
  })
  name: string;
}

/** An execution on a target, in the OpenAPI document. */
@ApiSchema({ name: 'TargetExecution' })
export class TargetExecutionDto {
  @ApiProperty({ description: 'Namespace of the execution.', maxLength: dnsLabel.maxLength })
  namespace: string;

  @ApiProperty({ description: 'Name of the execution.', maxLength: dnsSubdomain.maxLength })
  name: string;

  @ApiProperty({ description: 'UID of the execution.', maxLength: 128 })
  uid: string;

  @ApiProperty({ description: 'Key of its workflow in the catalogue.', maxLength: 253 })
  workflowId: string;

  @ApiProperty({ enum: allPhases, description: 'Phase of the execution.' })
  phase: string;

  @ApiProperty({ format: 'date-time', description: 'When it was created.' })
  creationTimestamp: string;
}

/** The holder of a target, in the OpenAPI document. */
@ApiSchema({ name: 'TargetHolder' })
export class TargetHolderDto extends TargetExecutionDto {
  @ApiProperty({
    format: 'date-time',
    required: false,
    description:
      'Since when it has held the target: the creation of its PipelineRun, or the first failure to create it.',
  })
  since?: string;
}

/** A cooldown, in the OpenAPI document. */
@ApiSchema({ name: 'TargetCooldown' })
export class TargetCooldownDto extends TargetExecutionDto {
  @ApiProperty({ format: 'date-time', description: 'When the cooldown that follows the execution ends.' })
  end: string;
}

/** A target in the OpenAPI document. */
@ApiSchema({ name: 'Target' })
export class TargetDto {
  @ApiProperty({
    description: 'The target in canonical form.',
    maxLength: maxTargetLength,
    example: 'payment/deployment/payment-api',
  })
  target: string;

  @ApiProperty({
    required: false,
    description:
      'Whether an execution holds the target, so that others are skipped. Absent if the caller sees no holder and may ' +
      'neither list executions in the namespace of the target nor remediate the target.',
  })
  held?: boolean;

  @ApiProperty({
    type: () => TargetHolderDto,
    required: false,
    description:
      'The execution that holds the target. Absent if none does, or it is in a namespace in which the caller may not list ' +
      'executions.',
  })
  holder?: TargetHolderDto;

  @ApiProperty({
    type: () => [TargetCooldownDto],
    maxItems: targetLimits.cooldowns,
    description:
      'The cooldowns of existing executions, the last to end first: the workflow is skipped on this target until then.',
  })
  cooldowns: TargetCooldownDto[];

  @ApiProperty({
    type: () => [TargetExecutionDto],
    maxItems: targetLimits.executions,
    description: 'The newest executions on the target, newest first.',
  })
  executions: TargetExecutionDto[];
}
