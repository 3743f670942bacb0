import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { maxPreflightTasks, maxViolations } from '../../config/limits.ts';
import {
  Preflight as PreflightMessage,
  Severity,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { toGrpcField } from '../grpc/field-path.ts';
import type { Finding, Preflight } from './preflight.ts';

const severities = ['Error', 'Warning'] as const satisfies readonly Finding['severity'][];

/** A finding over REST. */
@ApiSchema({ name: 'Finding' })
export class FindingDto {
  @ApiProperty({ description: 'Path of the field.', example: 'spec.parameters.MEMORY_LIMT' })
  field: string;

  @ApiProperty({
    description: 'What is wrong with it.',
    example: 'is not declared by the workflow',
  })
  message: string;

  @ApiProperty({ enum: severities, description: 'Error: the run would fail, or the create would be refused.' })
  severity: Finding['severity'];
}

/** A preflight over REST. */
@ApiSchema({ name: 'Preflight' })
export class PreflightDto {
  @ApiProperty({ description: 'Whether everything could be checked. If not, `findings` may be incomplete.' })
  checked: boolean;

  @ApiProperty({ required: false, maxLength: 512, description: 'Why something could not be checked.' })
  notCheckedReason?: string;

  @ApiProperty({ type: () => [FindingDto], maxItems: maxViolations, description: 'Errors first.' })
  findings: FindingDto[];

  @ApiProperty({
    required: false,
    description: 'Digest of the manifest that Tekton resolved for the bundle; of an image index, that of its image.',
    pattern: '^sha256:[0-9a-f]{64}$',
  })
  bundleDigest?: string;

  @ApiProperty({
    type: [String],
    maxItems: maxPreflightTasks,
    description: 'Names of the tasks in an order in which they can run, followed by those of `finally`.',
  })
  tasks: string[];

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description:
      'The PipelineRun that would be created, without its name and owner, which depend on the UID. Secret parameters are masked.',
  })
  pipelineRun: object;
}

/** A preflight over REST. */
export function toPreflightResource({ findings, tasks, ...rest }: Preflight): PreflightDto {
  return {
    ...rest,
    findings: findings.map(({ path, message, severity }) => ({ field: path.join('.'), message, severity })),
    tasks: [...tasks],
  };
}

const severityMessages: Readonly<Record<Finding['severity'], Severity>> = {
  Error: Severity.SEVERITY_ERROR,
  Warning: Severity.SEVERITY_WARNING,
};

/** A preflight over gRPC. */
export function toPreflightMessage({ findings, tasks, ...rest }: Preflight): PreflightMessage {
  return PreflightMessage.fromPartial({
    ...rest,
    tasks: [...tasks],
    findings: findings.map(({ path, message, severity }) => ({
      field: toGrpcField(path),
      message,
      severity: severityMessages[severity],
    })),
  });
}
