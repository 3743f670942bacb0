import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../workflow-execution/phase.ts';
import type { EventKind } from './audit-event.ts';

/** What is to be recorded of an execution as it is, and when it happened. */
export interface DueEvent {
  readonly kind: EventKind;
  /** RFC 3339. */
  readonly time: string;
}

/**
 * The events that an execution has come to, oldest first. It says the same of the same resource at any time, so that an
 * event can be known again after a restart.
 */
export function dueEvents(execution: WorkflowExecution): readonly DueEvent[] {
  const created = turnOf(execution, 'PipelineRunCreated');
  const ended = endOf(execution);
  return [
    { kind: 'accepted', time: execution.metadata.creationTimestamp },
    ...(created?.status === 'True' ? [{ kind: 'started', time: created.lastTransitionTime } as const] : []),
    ...(ended === undefined ? [] : [{ kind: 'ended', time: ended } as const]),
  ];
}

/**
 * When the end of an execution was told. `completionTime` may be earlier: it is by the clock of Tekton, and Tekton may have
 * been watched late. One that is deleted before its end will never have another.
 */
function endOf(execution: WorkflowExecution): string | undefined {
  const { metadata, status: { completionTime } = {} } = execution;
  if (!isTerminal(phaseOf(execution))) return metadata.deletionTimestamp;
  return turnOf(execution, 'Ready')?.lastTransitionTime ?? completionTime ?? metadata.creationTimestamp;
}

function turnOf({ status }: WorkflowExecution, type: 'Ready' | 'PipelineRunCreated') {
  return status?.conditions?.find((condition) => condition.type === type);
}
