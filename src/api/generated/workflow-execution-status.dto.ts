// Generated from crds/ by `npm run generate`. Do not edit.
import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** The PipelineRun of this execution. */
@ApiSchema({ name: 'PipelineRunRef' })
export class PipelineRunRefDto {
  /** API group and version of the PipelineRun. */
  @ApiProperty({
    type: 'string',
    description: 'API group and version of the PipelineRun.',
    required: true,
    maxLength: 317,
  })
  apiVersion!: string;

  /** PipelineRun. */
  @ApiProperty({ type: 'string', description: 'PipelineRun.', required: true, maxLength: 63 })
  kind!: string;

  /** Name of the PipelineRun. */
  @ApiProperty({
    type: 'string',
    description: 'Name of the PipelineRun.',
    required: true,
    minLength: 1,
    maxLength: 253,
  })
  name!: string;

  /** Namespace of the PipelineRun. */
  @ApiProperty({ type: 'string', description: 'Namespace of the PipelineRun.', required: true, maxLength: 63 })
  namespace!: string;

  /** UID of the PipelineRun. */
  @ApiProperty({ type: 'string', description: 'UID of the PipelineRun.', required: false, maxLength: 128 })
  uid?: string;
}

/** A result of the Pipeline. */
@ApiSchema({ name: 'Result' })
export class ResultDto {
  /** Name of the result. */
  @ApiProperty({ type: 'string', description: 'Name of the result.', required: true, maxLength: 253 })
  name!: string;

  /** Value of the result. */
  @ApiProperty({ type: 'string', description: 'Value of the result.', required: true, maxLength: 4096 })
  value!: string;
}

/** The task that failed first, if known. */
@ApiSchema({ name: 'FailedTask' })
export class FailedTaskDto {
  /** Name of the task in the pipeline. */
  @ApiProperty({ type: 'string', description: 'Name of the task in the pipeline.', required: true, maxLength: 253 })
  name!: string;

  /** Name of the step that failed. */
  @ApiProperty({ type: 'string', description: 'Name of the step that failed.', required: false, maxLength: 253 })
  stepName?: string;

  /** Exit code of the step. */
  @ApiProperty({ type: 'integer', description: 'Exit code of the step.', required: false, format: 'int32' })
  exitCode?: number;
}

/** Why the execution failed; set if its phase is Failed. */
@ApiSchema({ name: 'Failure' })
export class FailureDto {
  /** Machine-readable reason. */
  @ApiProperty({
    type: 'string',
    enum: [
      'OOMKilled',
      'DeadlineExceeded',
      'ResourceExhausted',
      'ImagePullBackOff',
      'BundleResolutionFailed',
      'ConfigurationError',
      'Forbidden',
      'TaskFailed',
      'Cancelled',
      'PipelineRunDeleted',
      'ValidationFailed',
      'PipelineRunConflict',
      'MissingPipelineRun',
      'UnknownStatus',
      'Unknown',
    ],
    description: 'Machine-readable reason.',
    required: true,
  })
  reason!: string;

  /** Human-readable description and advice. */
  @ApiProperty({
    type: 'string',
    description: 'Human-readable description and advice.',
    required: true,
    maxLength: 4096,
  })
  message!: string;

  /** Whether a step had started, so that the target may have been changed. */
  @ApiProperty({
    type: 'boolean',
    description: 'Whether a step had started, so that the target may have been changed.',
    required: true,
  })
  wasExecutionFailure!: boolean;

  /** The task that failed first, if known. */
  @ApiProperty({ type: () => FailedTaskDto, description: 'The task that failed first, if known.', required: false })
  failedTask?: FailedTaskDto;
}

/** The execution that holds the target, or ran on it within the cooldown. */
@ApiSchema({ name: 'ConflictingExecution' })
export class ConflictingExecutionDto {
  /** Namespace of that execution. */
  @ApiProperty({ type: 'string', description: 'Namespace of that execution.', required: true, maxLength: 63 })
  namespace!: string;

  /** Name of that execution. */
  @ApiProperty({ type: 'string', description: 'Name of that execution.', required: true, maxLength: 253 })
  name!: string;

  /** UID of that execution. */
  @ApiProperty({ type: 'string', description: 'UID of that execution.', required: false, maxLength: 128 })
  uid?: string;
}

/** Why the execution was skipped; set if its phase is Skipped. */
@ApiSchema({ name: 'Skip' })
export class SkipDto {
  /** Machine-readable reason. */
  @ApiProperty({
    type: 'string',
    enum: ['ResourceBusy', 'RecentlyRemediated', 'Restored'],
    description: 'Machine-readable reason.',
    required: true,
  })
  reason!: string;

  /** Human-readable reason. */
  @ApiProperty({ type: 'string', description: 'Human-readable reason.', required: true, maxLength: 4096 })
  message!: string;

  /** When it was skipped. */
  @ApiProperty({ type: 'string', description: 'When it was skipped.', required: true, format: 'date-time' })
  skippedAt!: string;

  /** The execution that holds the target, or ran on it within the cooldown. */
  @ApiProperty({
    type: () => ConflictingExecutionDto,
    description: 'The execution that holds the target, or ran on it within the cooldown.',
    required: false,
  })
  conflictingExecution?: ConflictingExecutionDto;

  /** Remaining seconds of the cooldown at that time. */
  @ApiProperty({
    type: 'integer',
    description: 'Remaining seconds of the cooldown at that time.',
    required: false,
    minimum: 0,
    format: 'int32',
  })
  remainingCooldownSeconds?: number;
}

/**  */
@ApiSchema({ name: 'Condition' })
export class ConditionDto {
  /** Type of the condition. */
  @ApiProperty({ type: 'string', description: 'Type of the condition.', required: true, minLength: 1, maxLength: 316 })
  type!: string;

  /** Status of the condition. */
  @ApiProperty({
    type: 'string',
    enum: ['True', 'False', 'Unknown'],
    description: 'Status of the condition.',
    required: true,
  })
  status!: string;

  /** Generation that the condition is based on. */
  @ApiProperty({
    type: 'integer',
    description: 'Generation that the condition is based on.',
    required: false,
    minimum: 0,
    format: 'int64',
  })
  observedGeneration?: number;

  /** When status last changed. */
  @ApiProperty({ type: 'string', description: 'When status last changed.', required: true, format: 'date-time' })
  lastTransitionTime!: string;

  /** Machine-readable reason of the status. */
  @ApiProperty({
    type: 'string',
    description: 'Machine-readable reason of the status.',
    required: true,
    minLength: 1,
    maxLength: 1024,
    pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
  })
  reason!: string;

  /** Human-readable message. */
  @ApiProperty({ type: 'string', description: 'Human-readable message.', required: true, maxLength: 4096 })
  message!: string;
}

/** The observed state. */
@ApiSchema({ name: 'WorkflowExecutionStatus' })
export class WorkflowExecutionStatusDto {
  /** Generation that this status is based on; -1 until the execution is first observed. */
  @ApiProperty({
    type: 'integer',
    description: 'Generation that this status is based on; -1 until the execution is first observed.',
    required: false,
    minimum: -1,
    format: 'int64',
  })
  observedGeneration?: number;

  /** The phase of the execution. Completed, Failed and Skipped are final. */
  @ApiProperty({
    type: 'string',
    enum: ['Pending', 'Running', 'Completed', 'Failed', 'Skipped'],
    description: 'The phase of the execution. Completed, Failed and Skipped are final.',
    required: false,
  })
  phase?: string;

  /** The result of the execution; absent until its phase is final. */
  @ApiProperty({
    type: 'string',
    enum: ['Success', 'Failed', 'Skipped'],
    description: 'The result of the execution; absent until its phase is final.',
    required: false,
  })
  outcome?: string;

  /** Human-readable summary of the state, with advice first. It has fewer than 200 characters; failure.message has the full text. */
  @ApiProperty({
    type: 'string',
    description:
      'Human-readable summary of the state, with advice first. It has fewer than 200 characters; failure.message has the full text.',
    required: false,
    maxLength: 4096,
  })
  message?: string;

  /** Canonical form of the target, `namespace/kind/name` or `kind/name`, the kind in lower case and singular. Lock and cooldown use it. Recorded with the first status, absent if spec.targetResource could not be resolved. */
  @ApiProperty({
    type: 'string',
    description:
      'Canonical form of the target, `namespace/kind/name` or `kind/name`, the kind in lower case and singular. Lock and cooldown use it. Recorded with the first status, absent if spec.targetResource could not be resolved.',
    required: false,
    maxLength: 381,
  })
  target?: string;

  /** The PipelineRun of this execution. */
  @ApiProperty({ type: () => PipelineRunRefDto, description: 'The PipelineRun of this execution.', required: false })
  pipelineRunRef?: PipelineRunRefDto;

  /** When the PipelineRun was created. */
  @ApiProperty({
    type: 'string',
    description: 'When the PipelineRun was created.',
    required: false,
    format: 'date-time',
  })
  startTime?: string;

  /** When the execution ended: the completion time of the PipelineRun, if it has one. */
  @ApiProperty({
    type: 'string',
    description: 'When the execution ended: the completion time of the PipelineRun, if it has one.',
    required: false,
    format: 'date-time',
  })
  completionTime?: string;

  /** Digest of the bundle that ran, as resolved by Tekton. Recorded when the execution ends; absent if Tekton resolved none. */
  @ApiProperty({
    type: 'string',
    description:
      'Digest of the bundle that ran, as resolved by Tekton. Recorded when the execution ends; absent if Tekton resolved none.',
    required: false,
    maxLength: 71,
  })
  bundleDigest?: string;

  /** Results of the Pipeline, arrays and objects as JSON, with secrets masked. Names and values have at most 4096 bytes together: `…` ends a value that is cut, and a result named `…` stands for those left out. Recorded when the execution ends. */
  @ApiProperty({
    type: () => [ResultDto],
    description:
      'Results of the Pipeline, arrays and objects as JSON, with secrets masked. Names and values have at most 4096 bytes together: `…` ends a value that is cut, and a result named `…` stands for those left out. Recorded when the execution ends.',
    required: false,
    maxItems: 64,
  })
  results?: ResultDto[];

  /** Human-readable time from startTime to completionTime (1m30s); absent until the run has ended. */
  @ApiProperty({
    type: 'string',
    description: 'Human-readable time from startTime to completionTime (1m30s); absent until the run has ended.',
    required: false,
    maxLength: 32,
  })
  duration?: string;

  /** Whether nothing is left to do for the execution until it is deleted: it has finished, its audit events are recorded or given up and its cooldown is over. */
  @ApiProperty({
    type: 'boolean',
    description:
      'Whether nothing is left to do for the execution until it is deleted: it has finished, its audit events are recorded or given up and its cooldown is over.',
    required: false,
  })
  settled?: boolean;

  /** Why the execution failed; set if its phase is Failed. */
  @ApiProperty({
    type: () => FailureDto,
    description: 'Why the execution failed; set if its phase is Failed.',
    required: false,
  })
  failure?: FailureDto;

  /** Why the execution was skipped; set if its phase is Skipped. */
  @ApiProperty({
    type: () => SkipDto,
    description: 'Why the execution was skipped; set if its phase is Skipped.',
    required: false,
  })
  skip?: SkipDto;

  /** Ready, PipelineRunCreated, AuditRecorded, Finished (True once the execution has ended) and Stalled (True if it is Failed or Skipped), as standard Kubernetes conditions. */
  @ApiProperty({
    type: () => [ConditionDto],
    description:
      'Ready, PipelineRunCreated, AuditRecorded, Finished (True once the execution has ended) and Stalled (True if it is Failed or Skipped), as standard Kubernetes conditions.',
    required: false,
    maxItems: 8,
  })
  conditions?: ConditionDto[];
}
