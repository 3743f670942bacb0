import { parseDuration } from '../../workflow-execution/duration.ts';
import type {
  CancelMode,
  ConditionStatus,
  FailureReason,
  Outcome,
  Phase,
  SkipReason,
  WorkflowExecution,
  WorkflowExecutionSpec,
  WorkflowExecutionStatus,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { observedStatus } from '../../workflow-execution/status.ts';
import { parseTimestamp } from '../../workflow-execution/timestamp.ts';
import {
  CancelMode as CancelModeMessage,
  ConditionStatus as ConditionStatusMessage,
  FailureReason as FailureReasonMessage,
  Outcome as OutcomeMessage,
  Phase as PhaseMessage,
  SkipReason as SkipReasonMessage,
  WorkflowExecution as WorkflowExecutionMessage,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { resourceName } from './names.ts';

/** Phases over gRPC. As with the other enums, a new value in the CRD does not compile until it is added here. */
export const phases: Readonly<Record<Phase, PhaseMessage>> = {
  Pending: PhaseMessage.PHASE_PENDING,
  Running: PhaseMessage.PHASE_RUNNING,
  Completed: PhaseMessage.PHASE_COMPLETED,
  Failed: PhaseMessage.PHASE_FAILED,
  Skipped: PhaseMessage.PHASE_SKIPPED,
};

const outcomes: Readonly<Record<Outcome, OutcomeMessage>> = {
  Success: OutcomeMessage.OUTCOME_SUCCESS,
  Failed: OutcomeMessage.OUTCOME_FAILED,
  Skipped: OutcomeMessage.OUTCOME_SKIPPED,
};

/** Cancel modes over gRPC. */
export const cancelModes: Readonly<Record<CancelMode, CancelModeMessage>> = {
  Graceful: CancelModeMessage.CANCEL_MODE_GRACEFUL,
  Immediate: CancelModeMessage.CANCEL_MODE_IMMEDIATE,
};

const failureReasons: Readonly<Record<FailureReason, FailureReasonMessage>> = {
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

const skipReasons: Readonly<Record<SkipReason, SkipReasonMessage>> = {
  ResourceBusy: SkipReasonMessage.SKIP_REASON_RESOURCE_BUSY,
  RecentlyRemediated: SkipReasonMessage.SKIP_REASON_RECENTLY_REMEDIATED,
  Restored: SkipReasonMessage.SKIP_REASON_RESTORED,
};

const conditionStatuses: Readonly<Record<ConditionStatus, ConditionStatusMessage>> = {
  True: ConditionStatusMessage.CONDITION_STATUS_TRUE,
  False: ConditionStatusMessage.CONDITION_STATUS_FALSE,
  Unknown: ConditionStatusMessage.CONDITION_STATUS_UNKNOWN,
};

/** An execution over gRPC. */
export function toMessage(execution: WorkflowExecution): WorkflowExecutionMessage {
  const { metadata, spec } = execution;
  const { uid, generation, labels, annotations, resourceVersion } = metadata;
  const status = observedStatus(execution);
  return WorkflowExecutionMessage.fromPartial({
    name: resourceName(metadata),
    createTime: toTimestamp(metadata.creationTimestamp),
    deleteTime: toTimestamp(metadata.deletionTimestamp),
    spec: toSpec(spec),
    status: status && toStatus(status),
    ...{ uid, generation, labels, annotations, resourceVersion },
  });
}

function toSpec({ executionConfig, cancelMode, ...spec }: WorkflowExecutionSpec) {
  return {
    ...spec,
    cancelMode: cancelMode && cancelModes[cancelMode],
    executionConfig: executionConfig && {
      serviceAccountName: executionConfig.serviceAccountName,
      timeout: toDuration(executionConfig.timeout),
      finallyTimeout: toDuration(executionConfig.finallyTimeout),
    },
  };
}

function toStatus(status: WorkflowExecutionStatus) {
  const { phase, outcome, startTime, completionTime, failure, skip, conditions, ...same } = status;
  return {
    ...same,
    phase: phase && phases[phase],
    outcome: outcome && outcomes[outcome],
    startTime: toTimestamp(startTime),
    completionTime: toTimestamp(completionTime),
    failure: failure && { ...failure, reason: failureReasons[failure.reason] },
    skip: skip && { ...skip, reason: skipReasons[skip.reason], skipTime: toTimestamp(skip.skippedAt) },
    conditions: conditions?.map((condition) => ({
      ...condition,
      status: conditionStatuses[condition.status],
      lastTransitionTime: toTimestamp(condition.lastTransitionTime),
    })),
  };
}

/** Undefined for an invalid duration, which only an object older than the rule can have. */
function toDuration(text: string | undefined) {
  return text === undefined ? undefined : parseDuration(text);
}

/** Undefined for an invalid time, which only an object older than the rule can have. */
function toTimestamp(text: string | undefined) {
  return text === undefined ? undefined : parseTimestamp(text);
}
