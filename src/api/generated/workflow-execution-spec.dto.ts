// Generated from crds/ by `npm run generate`. Do not edit.
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import * as v from 'class-validator';
import { IsStringMap, IsText, IsTextList, Optional } from '../validation/validators.ts';

/** The RemediationRequest that this execution is for. Its name is the correlation id in the audit trail. */
@ApiSchema({ name: 'RemediationRequestRef' })
export class RemediationRequestRefDto {
  /** API group and version of the referent. */
  @ApiProperty({
    type: 'string',
    description: 'API group and version of the referent.',
    required: false,
    maxLength: 317,
  })
  @Optional()
  @IsText({ minLength: 0, maxLength: 317 })
  apiVersion?: string;

  /** Kind of the referent. */
  @ApiProperty({ type: 'string', description: 'Kind of the referent.', required: false, maxLength: 63 })
  @Optional()
  @IsText({ minLength: 0, maxLength: 63 })
  kind?: string;

  /** Name of the referent, a DNS subdomain name. */
  @ApiProperty({
    type: 'string',
    description: 'Name of the referent, a DNS subdomain name.',
    required: true,
    minLength: 1,
    maxLength: 253,
    pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    example: 'rr-pod-crash-f8a3b9c2',
  })
  @v.IsDefined({ message: 'is required' })
  @IsText({
    minLength: 1,
    maxLength: 253,
    pattern: new RegExp('^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$', 'u'),
    message: "must be a DNS subdomain name (lower case letters, digits, '-' and '.')",
  })
  name!: string;

  /** Namespace of the referent, a DNS label. */
  @ApiProperty({
    type: 'string',
    description: 'Namespace of the referent, a DNS label.',
    required: false,
    minLength: 1,
    maxLength: 63,
    pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
  })
  @Optional()
  @IsText({
    minLength: 1,
    maxLength: 63,
    pattern: new RegExp('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', 'u'),
    message: "must be a DNS label (lower case letters, digits and '-')",
  })
  namespace?: string;

  /** UID of the referent. */
  @ApiProperty({ type: 'string', description: 'UID of the referent.', required: false, maxLength: 128 })
  @Optional()
  @IsText({ minLength: 0, maxLength: 128 })
  uid?: string;

  /** Resource version of the referent. */
  @ApiProperty({ type: 'string', description: 'Resource version of the referent.', required: false, maxLength: 128 })
  @Optional()
  @IsText({ minLength: 0, maxLength: 128 })
  resourceVersion?: string;

  /** Path of a part of the referent. */
  @ApiProperty({ type: 'string', description: 'Path of a part of the referent.', required: false, maxLength: 1024 })
  @Optional()
  @IsText({ minLength: 0, maxLength: 1024 })
  fieldPath?: string;
}

/** The workflow to run, as resolved by the catalogue. */
@ApiSchema({ name: 'WorkflowRef' })
export class WorkflowRefDto {
  /** Key of the workflow in the catalogue. */
  @ApiProperty({
    type: 'string',
    description: 'Key of the workflow in the catalogue.',
    required: true,
    minLength: 1,
    maxLength: 253,
    pattern:
      '^[^\\x00-\\x20\\x7f-\\xa0\\xad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\uFEFF]+$',
    example: 'oomkill-increase-memory',
  })
  @v.IsDefined({ message: 'is required' })
  @IsText({
    minLength: 1,
    maxLength: 253,
    pattern: new RegExp(
      '^[^\\x00-\\x20\\x7f-\\xa0\\xad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\uFEFF]+$',
      'u',
    ),
    message: 'must not contain white space or control characters',
  })
  workflowId!: string;

  /** Version of the workflow in the catalogue. */
  @ApiProperty({
    type: 'string',
    description: 'Version of the workflow in the catalogue.',
    required: true,
    minLength: 1,
    maxLength: 128,
    pattern:
      '^[^\\x00-\\x20\\x7f-\\xa0\\xad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\uFEFF]+$',
    example: '1.0.0',
  })
  @v.IsDefined({ message: 'is required' })
  @IsText({
    minLength: 1,
    maxLength: 128,
    pattern: new RegExp(
      '^[^\\x00-\\x20\\x7f-\\xa0\\xad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\uFEFF]+$',
      'u',
    ),
    message: 'must not contain white space or control characters',
  })
  version!: string;

  /** OCI reference of the Tekton bundle that holds the Pipeline named `workflow`, such as quay.io/kubernaut/oomkill:v1.0.0. */
  @ApiProperty({
    type: 'string',
    description:
      'OCI reference of the Tekton bundle that holds the Pipeline named `workflow`, such as quay.io/kubernaut/oomkill:v1.0.0.',
    required: true,
    minLength: 1,
    maxLength: 512,
    pattern:
      '^(([a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?(\\.[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)*|\\[[a-fA-F0-9]*:[a-fA-F0-9:]*\\])(:[0-9]{1,5})?\\/)?[a-z0-9]+(([.]|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+(([.]|_|__|-+)[a-z0-9]+)*)*(:[A-Za-z0-9_][-A-Za-z0-9._]{0,127})?(@sha256:[a-f0-9]{64})?$',
    example: 'quay.io/kubernaut/oomkill:v1.0.0',
  })
  @v.IsDefined({ message: 'is required' })
  @IsText({
    minLength: 1,
    maxLength: 512,
    pattern: new RegExp(
      '^(([a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?(\\.[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)*|\\[[a-fA-F0-9]*:[a-fA-F0-9:]*\\])(:[0-9]{1,5})?\\/)?[a-z0-9]+(([.]|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+(([.]|_|__|-+)[a-z0-9]+)*)*(:[A-Za-z0-9_][-A-Za-z0-9._]{0,127})?(@sha256:[a-f0-9]{64})?$',
      'u',
    ),
    message: 'must be an OCI reference, [host[:port]/]repository[:tag][@sha256:digest]',
  })
  containerImage!: string;

  /** Digest that pins the bundle. */
  @ApiProperty({
    type: 'string',
    description: 'Digest that pins the bundle.',
    required: false,
    maxLength: 71,
    pattern: '^sha256:[a-f0-9]{64}$',
  })
  @Optional()
  @IsText({
    minLength: 0,
    maxLength: 71,
    pattern: new RegExp('^sha256:[a-f0-9]{64}$', 'u'),
    message: "must be 'sha256:' and 64 lower case hexadecimal digits",
  })
  containerDigest?: string;

  /** Display name of the workflow in the catalogue, for the audit trail. */
  @ApiProperty({
    type: 'string',
    description: 'Display name of the workflow in the catalogue, for the audit trail.',
    required: false,
    minLength: 1,
    maxLength: 253,
    pattern: '^[^\\x00-\\x1f\\x7f-\\x9f\\xad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\uFEFF]+$',
  })
  @Optional()
  @IsText({
    minLength: 1,
    maxLength: 253,
    pattern: new RegExp(
      '^[^\\x00-\\x1f\\x7f-\\x9f\\xad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\uFEFF]+$',
      'u',
    ),
    message: 'must not contain control characters',
  })
  workflowName?: string;

  /** Action type of the workflow in the catalogue, such as IncreaseMemoryLimits, for the audit trail. */
  @ApiProperty({
    type: 'string',
    description: 'Action type of the workflow in the catalogue, such as IncreaseMemoryLimits, for the audit trail.',
    required: false,
    minLength: 1,
    maxLength: 128,
    pattern:
      '^[^\\x00-\\x20\\x7f-\\xa0\\xad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\uFEFF]+$',
  })
  @Optional()
  @IsText({
    minLength: 1,
    maxLength: 128,
    pattern: new RegExp(
      '^[^\\x00-\\x20\\x7f-\\xa0\\xad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\uFEFF]+$',
      'u',
    ),
    message: 'must not contain white space or control characters',
  })
  actionType?: string;

  /** Names of parameters whose values are secret, in addition to those recognized by name (DB_PASSWORD, API_TOKEN). Their values do not appear in logs, Events, messages and the audit trail. */
  @ApiProperty({
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: 128, pattern: '^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$' },
    uniqueItems: true,
    description:
      'Names of parameters whose values are secret, in addition to those recognized by name (DB_PASSWORD, API_TOKEN). Their values do not appear in logs, Events, messages and the audit trail.',
    required: false,
    maxItems: 64,
  })
  @Optional()
  @IsTextList({
    maxItems: 64,
    items: {
      minLength: 1,
      maxLength: 128,
      pattern: new RegExp('^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$', 'u'),
      message: 'must be UPPER_SNAKE_CASE (MEMORY_LIMIT)',
    },
  })
  secretParameters?: string[];
}

/** How to run the workflow. */
@ApiSchema({ name: 'ExecutionConfig' })
export class ExecutionConfigDto {
  /** ServiceAccount in the execution's namespace that its pods run as. */
  @ApiProperty({
    type: 'string',
    description: "ServiceAccount in the execution's namespace that its pods run as.",
    required: false,
    default: 'workflow-execution-sa',
    minLength: 1,
    maxLength: 253,
    pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
  })
  @Optional()
  @IsText({
    minLength: 1,
    maxLength: 253,
    pattern: new RegExp('^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$', 'u'),
    message: "must be a DNS subdomain name (lower case letters, digits, '-' and '.')",
  })
  serviceAccountName?: string;

  /** Maximum duration of the run, a Go duration of at most WFE_MAX_TIMEOUT (24h), and timeout of each task that does not set its own. Without it, Tekton's default applies. */
  @ApiProperty({
    type: 'string',
    description:
      "Maximum duration of the run, a Go duration of at most WFE_MAX_TIMEOUT (24h), and timeout of each task that does not set its own. Without it, Tekton's default applies.",
    required: false,
    minLength: 2,
    maxLength: 20,
    pattern: '^([0-9]{1,6}([.][0-9]{1,9})?(ns|us|ms|s|m|h))+$',
    example: '10m',
  })
  @Optional()
  @IsText({
    minLength: 2,
    maxLength: 20,
    pattern: new RegExp('^([0-9]{1,6}([.][0-9]{1,9})?(ns|us|ms|s|m|h))+$', 'u'),
    message: 'must be a Go duration of at least 1s (90s, 10m, 1h30m)',
  })
  timeout?: string;

  /** Part of timeout that is reserved for the `finally` tasks, a Go duration. The other tasks are stopped when only this much is left. Without it, `finally` tasks get what the others leave. */
  @ApiProperty({
    type: 'string',
    description:
      'Part of timeout that is reserved for the `finally` tasks, a Go duration. The other tasks are stopped when only this much is left. Without it, `finally` tasks get what the others leave.',
    required: false,
    minLength: 2,
    maxLength: 20,
    pattern: '^([0-9]{1,6}([.][0-9]{1,9})?(ns|us|ms|s|m|h))+$',
  })
  @Optional()
  @IsText({
    minLength: 2,
    maxLength: 20,
    pattern: new RegExp('^([0-9]{1,6}([.][0-9]{1,9})?(ns|us|ms|s|m|h))+$', 'u'),
    message: 'must be a Go duration of at least 1s (90s, 10m, 1h30m)',
  })
  finallyTimeout?: string;
}

/** The desired run: workflow, target and inputs. Immutable except for cancelRequested and cancelMode. */
@ApiSchema({ name: 'WorkflowExecutionSpec' })
export class WorkflowExecutionSpecDto {
  /** The RemediationRequest that this execution is for. Its name is the correlation id in the audit trail. */
  @ApiProperty({
    type: () => RemediationRequestRefDto,
    description:
      'The RemediationRequest that this execution is for. Its name is the correlation id in the audit trail.',
    required: true,
  })
  @v.IsDefined({ message: 'is required' })
  @v.IsObject({ message: 'must be an object' })
  @v.ValidateNested()
  @Type(() => RemediationRequestRefDto)
  remediationRequestRef!: RemediationRequestRefDto;

  /** The workflow to run, as resolved by the catalogue. */
  @ApiProperty({
    type: () => WorkflowRefDto,
    description: 'The workflow to run, as resolved by the catalogue.',
    required: true,
  })
  @v.IsDefined({ message: 'is required' })
  @v.IsObject({ message: 'must be an object' })
  @v.ValidateNested()
  @Type(() => WorkflowRefDto)
  workflowRef!: WorkflowRefDto;

  /** The resource that the workflow remediates, `namespace/kind/name`, or `kind/name` if it is cluster-scoped: payment/deployment/payment-api, node/worker-1. The kind may be any name that kubectl accepts (Deployment, deployments, deploy), qualified by its API group if necessary (deployments.apps). A target has at most one running execution. */
  @ApiProperty({
    type: 'string',
    description:
      'The resource that the workflow remediates, `namespace/kind/name`, or `kind/name` if it is cluster-scoped: payment/deployment/payment-api, node/worker-1. The kind may be any name that kubectl accepts (Deployment, deployments, deploy), qualified by its API group if necessary (deployments.apps). A target has at most one running execution.',
    required: true,
    minLength: 3,
    maxLength: 635,
    pattern:
      '^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\\/)?[a-zA-Z]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?([.][a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*\\/[a-zA-Z0-9]([-a-zA-Z0-9:._]{0,251}[a-zA-Z0-9])?$',
    example: 'payment/deployment/payment-api',
  })
  @v.IsDefined({ message: 'is required' })
  @IsText({
    minLength: 3,
    maxLength: 635,
    pattern: new RegExp(
      '^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\\/)?[a-zA-Z]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?([.][a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*\\/[a-zA-Z0-9]([-a-zA-Z0-9:._]{0,251}[a-zA-Z0-9])?$',
      'u',
    ),
    message:
      'must be namespace/kind/name, or kind/name for a cluster-scoped resource, with no part empty (payment/deployment/payment-api, node/worker-1, payment/rollout.argoproj.io/payment-api)',
  })
  targetResource!: string;

  /** Inputs of the workflow, passed on unchanged as Tekton string parameters: data, not templates. TARGET_RESOURCE is always added; if given, it must equal spec.targetResource. Keys and values together have at most 10240 bytes of UTF-8. */
  @ApiProperty({
    ...{ propertyNames: { pattern: '^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$', maxLength: 128 } },
    type: 'object',
    maxProperties: 64,
    additionalProperties: { type: 'string', maxLength: 8192, pattern: '^([^$\\x00\\uFFFD]|[$][^$(\\x00\\uFFFD])*$' },
    description:
      'Inputs of the workflow, passed on unchanged as Tekton string parameters: data, not templates. TARGET_RESOURCE is always added; if given, it must equal spec.targetResource. Keys and values together have at most 10240 bytes of UTF-8.',
    selfRequired: false,
    example: { NAMESPACE: 'payment', MEMORY_LIMIT: '512Mi' },
  })
  @Optional()
  @IsStringMap({
    maxProperties: 64,
    maxLength: 8192,
    keys: {
      pattern: new RegExp('^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$', 'u'),
      maxLength: 128,
      message: 'every key must be UPPER_SNAKE_CASE (MEMORY_LIMIT) and at most 128 characters long',
    },
    values: {
      pattern: new RegExp('^([^$\\x00\\uFFFD]|[$][^$(\\x00\\uFFFD])*$', 'u'),
      message:
        "must not contain '$(', '$$', NUL or U+FFFD, nor end in '$': Tekton or the kubelet would expand it, a container cannot receive NUL, and U+FFFD stands for a character that was lost",
    },
    bytes: { max: 10240, message: 'keys and values together must be at most 10240 bytes of UTF-8' },
  })
  parameters?: Record<string, string>;

  /** Confidence of the analysis that chose the workflow, 0 to 1. Not part of audit events. */
  @ApiProperty({
    type: 'number',
    description: 'Confidence of the analysis that chose the workflow, 0 to 1. Not part of audit events.',
    required: false,
    minimum: 0,
    maximum: 1,
    format: 'double',
    example: 0.92,
  })
  @Optional()
  @v.IsNumber({}, { message: 'must be a number' })
  @v.Min(0, { message: 'must be from 0 to 1' })
  @v.Max(1, { message: 'must be from 0 to 1' })
  confidence?: number;

  /** Why the analysis chose the workflow. Not part of audit events. */
  @ApiProperty({
    type: 'string',
    description: 'Why the analysis chose the workflow. Not part of audit events.',
    required: false,
    maxLength: 16384,
  })
  @Optional()
  @IsText({ minLength: 0, maxLength: 16384 })
  rationale?: string;

  /** Why the workflow must run although the cooldown of its target is not over, in 10 to 500 characters. It needs the verb `override` on workflowexecutions in the target's namespace and is recorded in an Event and the audit trail. The target still has one execution at a time. */
  @ApiProperty({
    type: 'string',
    description:
      "Why the workflow must run although the cooldown of its target is not over, in 10 to 500 characters. It needs the verb `override` on workflowexecutions in the target's namespace and is recorded in an Event and the audit trail. The target still has one execution at a time.",
    required: false,
    minLength: 10,
    maxLength: 500,
    pattern:
      '^[^\\x00-\\x20\\x7f-\\xa0\\xad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\uFEFF][^\\x00-\\x1f\\x7f-\\x9f\\xad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\uFEFF]*$',
  })
  @Optional()
  @IsText({
    minLength: 10,
    maxLength: 500,
    pattern: new RegExp(
      '^[^\\x00-\\x20\\x7f-\\xa0\\xad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\uFEFF][^\\x00-\\x1f\\x7f-\\x9f\\xad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\uFEFF]*$',
      'u',
    ),
    message: 'must start with a visible character and not contain control characters',
  })
  overrideCooldownReason?: string;

  /** How to run the workflow. */
  @ApiProperty({ type: () => ExecutionConfigDto, description: 'How to run the workflow.', required: false })
  @Optional()
  @v.IsObject({ message: 'must be an object' })
  @v.ValidateNested()
  @Type(() => ExecutionConfigDto)
  executionConfig?: ExecutionConfigDto;

  /** Requests the cancellation of the execution. It can only go from false to true; after the execution has finished, changes have no effect. */
  @ApiProperty({
    type: 'boolean',
    description:
      'Requests the cancellation of the execution. It can only go from false to true; after the execution has finished, changes have no effect.',
    required: false,
  })
  @Optional()
  @v.IsBoolean({ message: 'must be true or false' })
  cancelRequested?: boolean;

  /** How to cancel it. Graceful, the default, lets the `finally` tasks run. Immediate also stops those, even if they have started. It has no effect without cancelRequested, and can only go from Graceful to Immediate. */
  @ApiProperty({
    type: 'string',
    enum: ['Graceful', 'Immediate'],
    description:
      'How to cancel it. Graceful, the default, lets the `finally` tasks run. Immediate also stops those, even if they have started. It has no effect without cancelRequested, and can only go from Graceful to Immediate.',
    required: false,
  })
  @Optional()
  @v.IsIn(['Graceful', 'Immediate'], { message: 'must be Graceful or Immediate' })
  cancelMode?: 'Graceful' | 'Immediate';

  /** Seconds after which the finished execution is deleted, once its audit events are recorded or given up. Without it, the settings WFE_TTL_SUCCESS, WFE_TTL_FAILURE, WFE_TTL_SKIPPED and WFE_HISTORY_LIMIT apply. */
  @ApiProperty({
    type: 'integer',
    description:
      'Seconds after which the finished execution is deleted, once its audit events are recorded or given up. Without it, the settings WFE_TTL_SUCCESS, WFE_TTL_FAILURE, WFE_TTL_SKIPPED and WFE_HISTORY_LIMIT apply.',
    required: false,
    minimum: 0,
    maximum: 2147483647,
    format: 'int32',
  })
  @Optional()
  @v.IsInt({ message: 'must be a whole number' })
  @v.Min(0, { message: 'must be from 0 to 2147483647' })
  @v.Max(2147483647, { message: 'must be from 0 to 2147483647' })
  ttlSecondsAfterFinished?: number;
}
