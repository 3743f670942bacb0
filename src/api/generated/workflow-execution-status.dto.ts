// Generated from crds/ by `npm run generate`. Do not edit.
import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** The only PipelineRun of this execution. */
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

/** The task that failed first, where one is known. */
@ApiSchema({ name: 'FailedTask' })
export class FailedTaskDto {
  /** Name of the task in the pipeline. */
  @ApiProperty({ type: 'string', description: 'Name of the task in the pipeline.', required: true, maxLength: 253 })
  name!: string;

  /** Name of the step that failed. */
  @ApiProperty({ type: 'string', description: 'Name of the step that failed.', required: false, maxLength: 253 })
  stepName?: string;

  /** Exit code of that step. */
  @ApiProperty({ type: 'integer', description: 'Exit code of that step.', required: false, format: 'int32' })
  exitCode?: number;
}

/** Why the execution failed; given when its phase is Failed. */
@ApiSchema({ name: 'Failure' })
export class FailureDto {
  /** The class of the failure, for programs. */
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
    description: 'The class of the failure, for programs.',
    required: true,
  })
  reason!: string;

  /** What happened and what to do next, for people. */
  @ApiProperty({
    type: 'string',
    description: 'What happened and what to do next, for people.',
    required: true,
    maxLength: 4096,
  })
  message!: string;

  /** Whether a step of the workflow had started, so that the target may have been changed. */
  @ApiProperty({
    type: 'boolean',
    description: 'Whether a step of the workflow had started, so that the target may have been changed.',
    required: true,
  })
  wasExecutionFailure!: boolean;

  /** The task that failed first, where one is known. */
  @ApiProperty({
    type: () => FailedTaskDto,
    description: 'The task that failed first, where one is known.',
    required: false,
  })
  failedTask?: FailedTaskDto;
}

/** The execution that holds the target, or that ended on it a short time ago. */
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

/** Why the execution was not run; given when its phase is Skipped. */
@ApiSchema({ name: 'Skip' })
export class SkipDto {
  /** The class of the reason, for programs. */
  @ApiProperty({
    type: 'string',
    enum: ['ResourceBusy', 'RecentlyRemediated', 'Restored'],
    description: 'The class of the reason, for programs.',
    required: true,
  })
  reason!: string;

  /** The reason in a sentence for people. */
  @ApiProperty({ type: 'string', description: 'The reason in a sentence for people.', required: true, maxLength: 4096 })
  message!: string;

  /** When it was decided not to run it. */
  @ApiProperty({
    type: 'string',
    description: 'When it was decided not to run it.',
    required: true,
    format: 'date-time',
  })
  skippedAt!: string;

  /** The execution that holds the target, or that ended on it a short time ago. */
  @ApiProperty({
    type: () => ConflictingExecutionDto,
    description: 'The execution that holds the target, or that ended on it a short time ago.',
    required: false,
  })
  conflictingExecution?: ConflictingExecutionDto;

  /** Seconds of the cooldown that were left when it was decided. */
  @ApiProperty({
    type: 'integer',
    description: 'Seconds of the cooldown that were left when it was decided.',
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

  /** Whether it holds. */
  @ApiProperty({ type: 'string', enum: ['True', 'False', 'Unknown'], description: 'Whether it holds.', required: true })
  status!: string;

  /** Generation of the resource that the condition was made from. */
  @ApiProperty({
    type: 'integer',
    description: 'Generation of the resource that the condition was made from.',
    required: false,
    minimum: 0,
    format: 'int64',
  })
  observedGeneration?: number;

  /** When status last changed. */
  @ApiProperty({ type: 'string', description: 'When status last changed.', required: true, format: 'date-time' })
  lastTransitionTime!: string;

  /** Why it has this status, for programs. */
  @ApiProperty({
    type: 'string',
    description: 'Why it has this status, for programs.',
    required: true,
    minLength: 1,
    maxLength: 1024,
    pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
  })
  reason!: string;

  /** The condition in a sentence for people. */
  @ApiProperty({
    type: 'string',
    description: 'The condition in a sentence for people.',
    required: true,
    maxLength: 4096,
  })
  message!: string;
}

/** What came of it, as last observed. */
@ApiSchema({ name: 'WorkflowExecutionStatus' })
export class WorkflowExecutionStatusDto {
  /** Generation of the resource that this status was made from; -1 before the first status. */
  @ApiProperty({
    type: 'integer',
    description: 'Generation of the resource that this status was made from; -1 before the first status.',
    required: false,
    minimum: -1,
    format: 'int64',
  })
  observedGeneration?: number;

  /** Where the execution stands. Completed, Failed and Skipped are terminal. */
  @ApiProperty({
    type: 'string',
    enum: ['Pending', 'Running', 'Completed', 'Failed', 'Skipped'],
    description: 'Where the execution stands. Completed, Failed and Skipped are terminal.',
    required: false,
  })
  phase?: string;

  /** What came of the execution; absent until its phase is terminal. */
  @ApiProperty({
    type: 'string',
    enum: ['Success', 'Failed', 'Skipped'],
    description: 'What came of the execution; absent until its phase is terminal.',
    required: false,
  })
  outcome?: string;

  /** The state in a sentence for people, with the advice first. The service keeps it below 200 characters; failure.message has the whole text. */
  @ApiProperty({
    type: 'string',
    description:
      'The state in a sentence for people, with the advice first. The service keeps it below 200 characters; failure.message has the whole text.',
    required: false,
    maxLength: 4096,
  })
  message?: string;

  /** Canonical identity of the target, `namespace/kind/name` or `kind/name`, the kind in lower case and singular. The lock and the cooldown go by it. Recorded with the first status, absent when spec.targetResource could not be resolved. */
  @ApiProperty({
    type: 'string',
    description:
      'Canonical identity of the target, `namespace/kind/name` or `kind/name`, the kind in lower case and singular. The lock and the cooldown go by it. Recorded with the first status, absent when spec.targetResource could not be resolved.',
    required: false,
    maxLength: 381,
  })
  target?: string;

  /** The only PipelineRun of this execution. */
  @ApiProperty({
    type: () => PipelineRunRefDto,
    description: 'The only PipelineRun of this execution.',
    required: false,
  })
  pipelineRunRef?: PipelineRunRefDto;

  /** When the PipelineRun was created. */
  @ApiProperty({
    type: 'string',
    description: 'When the PipelineRun was created.',
    required: false,
    format: 'date-time',
  })
  startTime?: string;

  /** When the execution ended; the PipelineRun's own time where it had one. */
  @ApiProperty({
    type: 'string',
    description: "When the execution ended; the PipelineRun's own time where it had one.",
    required: false,
    format: 'date-time',
  })
  completionTime?: string;

  /** Digest of the bundle that ran, as Tekton resolved it. Recorded when the execution ends, absent when Tekton resolved none. */
  @ApiProperty({
    type: 'string',
    description:
      'Digest of the bundle that ran, as Tekton resolved it. Recorded when the execution ends, absent when Tekton resolved none.',
    required: false,
    maxLength: 71,
  })
  bundleDigest?: string;

  /** Time from startTime to completionTime (1m30s), for people. Absent until the run has ended. */
  @ApiProperty({
    type: 'string',
    description: 'Time from startTime to completionTime (1m30s), for people. Absent until the run has ended.',
    required: false,
    maxLength: 32,
  })
  duration?: string;

  /** Why the execution failed; given when its phase is Failed. */
  @ApiProperty({
    type: () => FailureDto,
    description: 'Why the execution failed; given when its phase is Failed.',
    required: false,
  })
  failure?: FailureDto;

  /** Why the execution was not run; given when its phase is Skipped. */
  @ApiProperty({
    type: () => SkipDto,
    description: 'Why the execution was not run; given when its phase is Skipped.',
    required: false,
  })
  skip?: SkipDto;

  /** Ready, PipelineRunCreated, AuditRecorded, Finished (True at any end) and Stalled (True when the execution has failed or was skipped), as standard Kubernetes conditions. */
  @ApiProperty({
    type: () => [ConditionDto],
    description:
      'Ready, PipelineRunCreated, AuditRecorded, Finished (True at any end) and Stalled (True when the execution has failed or was skipped), as standard Kubernetes conditions.',
    required: false,
    maxItems: 8,
  })
  conditions?: ConditionDto[];
}
