import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../workflow-execution/execution.ts';
import type { EventKind } from './audit-event.ts';

/** An event that an execution must have in the audit trail, and its time. */
export interface DueEvent {
  readonly kind: EventKind;
  /** RFC 3339. */
  readonly time: string;
}

/**
 * The events of an execution so far, oldest first, with strictly increasing times. A function of the resource alone, so
 * that events can be identified after a restart.
 */
export function dueEvents(execution: WorkflowExecution): readonly DueEvent[] {
  const created = conditionOf(execution, 'PipelineRunCreated');
  const ended = endOf(execution);
  return inOrder([
    { kind: 'accepted', time: execution.metadata.creationTimestamp },
    ...(created?.status === 'True' ? [{ kind: 'started', time: created.lastTransitionTime } as const] : []),
    ...(ended === undefined ? [] : [{ kind: 'ended', time: ended } as const]),
  ]);
}

/**
 * Makes times strictly increasing, by a millisecond where necessary: times in a resource have whole seconds and come from
 * the clocks of several machines.
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
 * When the end was observed. `completionTime` may be earlier: it is by Tekton's clock, and may have been observed late. The
 * deletion of an unfinished execution is its end.
 */
function endOf(execution: WorkflowExecution): string | undefined {
  const { metadata, status: { completionTime } = {} } = execution;
  if (!isTerminal(phaseOf(execution))) return metadata.deletionTimestamp;
  return conditionOf(execution, 'Ready')?.lastTransitionTime ?? completionTime ?? metadata.creationTimestamp;
}

function conditionOf({ status }: WorkflowExecution, type: 'Ready' | 'PipelineRunCreated') {
  return status?.conditions?.find((condition) => condition.type === type);
}
