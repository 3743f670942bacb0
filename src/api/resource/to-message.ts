import type {
  Condition,
  Failure,
  Skip,
  WorkflowExecution,
  WorkflowExecutionSpec,
  WorkflowExecutionStatus,
} from '../../workflow-execution/generated/workflow-execution.ts';
import {
  Condition as ConditionMessage,
  ConflictingExecution as ConflictingExecutionMessage,
  ExecutionConfig as ExecutionConfigMessage,
  FailedTask as FailedTaskMessage,
  Failure as FailureMessage,
  PipelineRunRef as PipelineRunRefMessage,
  Skip as SkipMessage,
  WorkflowExecution as WorkflowExecutionMessage,
  WorkflowExecutionSpec as SpecMessage,
  WorkflowExecutionStatus as StatusMessage,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { parseDuration } from '../../workflow-execution/duration.ts';
import { observedStatus } from '../../workflow-execution/status.ts';
import { parseTimestamp } from '../../workflow-execution/timestamp.ts';
import type { Timestamp } from '../generated/google/protobuf/timestamp.ts';
import { resourceName } from './names.ts';
import { cancelModes, conditionStatuses, failureReasons, outcomes, phases, skipReasons } from './enums.ts';

/** An execution over gRPC. */
export function toMessage(execution: WorkflowExecution): WorkflowExecutionMessage {
  const { metadata, spec } = execution;
  const status = observedStatus(execution);
  return {
    name: resourceName(metadata),
    uid: metadata.uid,
    generation: metadata.generation ?? 0,
    createTime: toTimestamp(metadata.creationTimestamp),
    deleteTime: toTimestamp(metadata.deletionTimestamp),
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    spec: specMessage(spec),
    status: status && statusMessage(status),
    resourceVersion: metadata.resourceVersion,
  };
}

function specMessage(spec: WorkflowExecutionSpec): SpecMessage {
  const { executionConfig, cancelMode } = spec;
  return SpecMessage.fromPartial({
    ...spec,
    cancelMode: cancelMode && cancelModes[cancelMode],
    executionConfig: executionConfig && configMessage(executionConfig),
  });
}

function configMessage(config: NonNullable<WorkflowExecutionSpec['executionConfig']>) {
  const { serviceAccountName, timeout, finallyTimeout } = config;
  return ExecutionConfigMessage.fromPartial({
    serviceAccountName,
    timeout: timeout === undefined ? undefined : parseDuration(timeout),
    finallyTimeout: finallyTimeout === undefined ? undefined : parseDuration(finallyTimeout),
  });
}

function statusMessage(status: WorkflowExecutionStatus): StatusMessage {
  const { phase, outcome, pipelineRunRef, failure, skip, conditions } = status;
  return StatusMessage.fromPartial({
    observedGeneration: status.observedGeneration,
    phase: phase && phases[phase],
    outcome: outcome && outcomes[outcome],
    message: status.message,
    target: status.target,
    pipelineRunRef: pipelineRunRef && PipelineRunRefMessage.fromPartial(pipelineRunRef),
    startTime: toTimestamp(status.startTime),
    completionTime: toTimestamp(status.completionTime),
    bundleDigest: status.bundleDigest,
    failure: failure && failureMessage(failure),
    skip: skip && skipMessage(skip),
    conditions: conditions?.map(conditionMessage),
  });
}

function failureMessage({ reason, message, wasExecutionFailure, failedTask }: Failure): FailureMessage {
  return {
    reason: failureReasons[reason],
    message,
    wasExecutionFailure,
    failedTask: failedTask && FailedTaskMessage.fromPartial(failedTask),
  };
}

function skipMessage(skip: Skip): SkipMessage {
  const { conflictingExecution } = skip;
  return {
    reason: skipReasons[skip.reason],
    message: skip.message,
    skipTime: toTimestamp(skip.skippedAt),
    conflictingExecution: conflictingExecution && ConflictingExecutionMessage.fromPartial(conflictingExecution),
    remainingCooldownSeconds: skip.remainingCooldownSeconds,
  };
}

function conditionMessage(condition: Condition): ConditionMessage {
  return {
    type: condition.type,
    status: conditionStatuses[condition.status],
    observedGeneration: condition.observedGeneration ?? 0,
    lastTransitionTime: toTimestamp(condition.lastTransitionTime),
    reason: condition.reason,
    message: condition.message,
  };
}

/** Undefined for an invalid time, which only an object older than the rule can have. */
function toTimestamp(text: string | undefined): Timestamp | undefined {
  return text === undefined ? undefined : parseTimestamp(text);
}
