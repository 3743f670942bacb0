import type {
  CancelMode,
  ConditionStatus,
  FailureReason,
  Outcome,
  Phase,
  SkipReason,
} from '../../workflow-execution/generated/workflow-execution.ts';
import {
  CancelMode as CancelModeMessage,
  ConditionStatus as ConditionStatusMessage,
  FailureReason as FailureReasonMessage,
  Outcome as OutcomeMessage,
  Phase as PhaseMessage,
  SkipReason as SkipReasonMessage,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';

// Enum values over gRPC. A new value in the CRD does not compile until it is added here.

export const phases: Readonly<Record<Phase, PhaseMessage>> = {
  Pending: PhaseMessage.PHASE_PENDING,
  Running: PhaseMessage.PHASE_RUNNING,
  Completed: PhaseMessage.PHASE_COMPLETED,
  Failed: PhaseMessage.PHASE_FAILED,
  Skipped: PhaseMessage.PHASE_SKIPPED,
};

export const outcomes: Readonly<Record<Outcome, OutcomeMessage>> = {
  Success: OutcomeMessage.OUTCOME_SUCCESS,
  Failed: OutcomeMessage.OUTCOME_FAILED,
  Skipped: OutcomeMessage.OUTCOME_SKIPPED,
};

export const cancelModes: Readonly<Record<CancelMode, CancelModeMessage>> = {
  Graceful: CancelModeMessage.CANCEL_MODE_GRACEFUL,
  Immediate: CancelModeMessage.CANCEL_MODE_IMMEDIATE,
};

export const failureReasons: Readonly<Record<FailureReason, FailureReasonMessage>> = {
  OOMKilled: FailureReasonMessage.FAILURE_REASON_OOM_KILLED,
  DeadlineExceeded: FailureReasonMessage.FAILURE_REASON_DEADLINE_EXCEEDED,
  ResourceExhausted: FailureReasonMessage.FAILURE_REASON_RESOURCE_EXHAUSTED,
  ImagePullBackOff: FailureReasonMessage.FAILURE_REASON_IMAGE_PULL_BACK_OFF,
  BundleResolutionFailed: FailureReasonMessage.FAILURE_REASON_BUNDLE_RESOLUTION_FAILED,
  ConfigurationError: FailureReasonMessage.FAILURE_REASON_CONFIGURATION_ERROR,
  Forbidden: FailureReasonMessage.FAILURE_REASON_FORBIDDEN,
  TaskFailed: FailureReasonMessage.FAILURE_REASON_TASK_FAILED,
  Cancelled: FailureReasonMessage.FAILURE_REASON_CANCELLED,
  PipelineRunDeleted: FailureReasonMessage.FAILURE_REASON_PIPELINE_RUN_DELETED,
  ValidationFailed: FailureReasonMessage.FAILURE_REASON_VALIDATION_FAILED,
  PipelineRunConflict: FailureReasonMessage.FAILURE_REASON_PIPELINE_RUN_CONFLICT,
  MissingPipelineRun: FailureReasonMessage.FAILURE_REASON_MISSING_PIPELINE_RUN,
  UnknownStatus: FailureReasonMessage.FAILURE_REASON_UNKNOWN_STATUS,
  Unknown: FailureReasonMessage.FAILURE_REASON_UNKNOWN,
};

export const skipReasons: Readonly<Record<SkipReason, SkipReasonMessage>> = {
  ResourceBusy: SkipReasonMessage.SKIP_REASON_RESOURCE_BUSY,
  RecentlyRemediated: SkipReasonMessage.SKIP_REASON_RECENTLY_REMEDIATED,
  Restored: SkipReasonMessage.SKIP_REASON_RESTORED,
};

export const conditionStatuses: Readonly<Record<ConditionStatus, ConditionStatusMessage>> = {
  True: ConditionStatusMessage.CONDITION_STATUS_TRUE,
  False: ConditionStatusMessage.CONDITION_STATUS_FALSE,
  Unknown: ConditionStatusMessage.CONDITION_STATUS_UNKNOWN,
};
