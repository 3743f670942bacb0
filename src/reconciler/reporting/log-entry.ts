import { ownAnnotations } from '../../workflow-execution/metadata.ts';
import { cancelRequestedBy, phaseOf } from '../../workflow-execution/execution.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { targetOf } from '../../workflow-execution/target-resource.ts';
import type { Transition } from './transitions.ts';

/** A line of the log at level info. */
export interface LogEntry {
  readonly message: string;
  readonly fields: object;
}

/** The log entry for a transition; undefined for one that only its Event reports. */
export function logEntryOf(transition: Transition, execution: WorkflowExecution): LogEntry | undefined {
  switch (transition.kind) {
    case 'created':
      return created(execution);
    case 'started':
      return { message: 'execution started', fields: { pipelineRun: transition.pipelineRun } };
    case 'cancelling': {
      const { mode, pipelineRun } = transition;
      const fields = { by: cancelRequestedBy(execution), mode, pipelineRun };
      return { message: 'execution is being cancelled', fields };
    }
    case 'ended':
      return ended(execution, transition.seconds);
    case 'deleted':
      return { message: 'execution deleted', fields: { phase: phaseOf(execution) } };
    case 'cooldown-overridden':
    case 'start-failed':
    case 'paused':
    case 'end-not-recorded':
    case 'parameters-undeclared':
    case 'audit-failed':
      return undefined;
  }
}

function created(execution: WorkflowExecution): LogEntry {
  const { metadata, spec } = execution;
  const { workflowId: workflow, version } = spec.workflowRef;
  const { creationTimestamp: at, annotations } = metadata;
  const by = annotations?.[ownAnnotations.createdBy];
  const fields = { at, by, workflow, version, target: targetOf(execution), for: spec.remediationRequestRef.name };
  return { message: 'execution created', fields };
}

function ended({ status = {} }: WorkflowExecution, durationSeconds?: number): LogEntry {
  const { outcome, failure, skip, message: detail } = status;
  const reason = failure?.reason ?? skip?.reason;
  return { message: 'execution ended', fields: { outcome, reason, durationSeconds, detail } };
}
