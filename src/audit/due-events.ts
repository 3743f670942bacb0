import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../workflow-execution/execution.ts';
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
  return inOrder([
    { kind: 'accepted', time: execution.metadata.creationTimestamp },
    ...(created?.status === 'True' ? [{ kind: 'started', time: created.lastTransitionTime } as const] : []),
    ...(ended === undefined ? [] : [{ kind: 'ended', time: ended } as const]),
  ]);
}

/**
 * The events with strictly increasing times: one that is not later than the event before it is a millisecond later. The
 * times of a resource count whole seconds, and come from the clocks of several machines.
 */
function inOrder(events: readonly DueEvent[]): readonly DueEvent[] {
  let latest = -Infinity;
  return events.map((event) => {
    const ms = Date.parse(event.time);
    if (ms > latest) latest = ms;
    else if (ms <= latest) return { ...event, time: new Date((latest += 1)).toISOString() };
    return event;
  });
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
