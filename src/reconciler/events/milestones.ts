import { ownAnnotations } from '../../workflow-execution/metadata.ts';
import { cancelRequestedBy, isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { cancellingMode } from '../../workflow-execution/status.ts';
import { targetOf } from '../../workflow-execution/target-resource.ts';

/** Something in the life of an execution that there is a log line of. */
export interface Milestone {
  readonly message: string;
  readonly fields: object;
}

/**
 * What an execution has come past with one write of its status. That write is made once, by one replica, so that each
 * milestone is told once; only a crash right after the write leaves it untold.
 */
export function milestonesOf(before: WorkflowExecution, after: WorkflowExecution): readonly Milestone[] {
  return [
    ...(before.status?.phase === undefined ? [created(after)] : []),
    ...(before.status?.pipelineRunRef === undefined ? started(after) : []),
    ...cancelled(before, after),
    ...(isTerminal(phaseOf(after)) && !isTerminal(phaseOf(before)) ? [ended(after)] : []),
  ];
}

function created(execution: WorkflowExecution): Milestone {
  const { metadata, spec } = execution;
  const { workflowId: workflow, version } = spec.workflowRef;
  const { creationTimestamp: at, annotations } = metadata;
  const by = annotations?.[ownAnnotations.createdBy];
  const fields = { at, by, workflow, version, target: targetOf(execution), for: spec.remediationRequestRef.name };
  return { message: 'execution created', fields };
}

function started({ status }: WorkflowExecution): readonly Milestone[] {
  const pipelineRun = status?.pipelineRunRef?.name;
  return pipelineRun === undefined ? [] : [{ message: 'execution started', fields: { pipelineRun } }];
}

function cancelled(before: WorkflowExecution, after: WorkflowExecution): readonly Milestone[] {
  const mode = cancellingMode(after);
  if (mode === undefined || mode === cancellingMode(before)) return [];
  const fields = { by: cancelRequestedBy(after), mode, pipelineRun: after.status?.pipelineRunRef?.name };
  return [{ message: 'execution is being cancelled', fields }];
}

/** The duration is that of the run, in seconds; an execution that has not run has none. */
function ended({ status = {} }: WorkflowExecution): Milestone {
  const { outcome, startTime, completionTime, failure, skip, message: detail } = status;
  const seconds = (Date.parse(completionTime ?? '') - Date.parse(startTime ?? '')) / 1000;
  const reason = failure?.reason ?? skip?.reason;
  const durationSeconds = Number.isNaN(seconds) ? undefined : seconds;
  return { message: 'execution ended', fields: { outcome, reason, durationSeconds, detail } };
}
