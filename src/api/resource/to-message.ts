import { parseDuration } from '../../workflow-execution/duration.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionSpec,
  WorkflowExecutionStatus,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { observedStatus } from '../../workflow-execution/status.ts';
import { parseTimestamp } from '../../workflow-execution/timestamp.ts';
import { WorkflowExecution as WorkflowExecutionMessage } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { cancelModes, conditionStatuses, failureReasons, outcomes, phases, skipReasons } from './enums.ts';
import { resourceName } from './names.ts';

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
