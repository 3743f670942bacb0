import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import type { EventKind } from './audit-event.ts';
import { correlationIdOf } from './build-event.ts';
import { dueEvents, type DueEvent } from './due-events.ts';
import { isFinal, type EventState } from './event-state.ts';

/** An execution whose events are not all recorded, or whose condition does not say so yet. */
export interface PendingExecution {
  /** Its last known state: the only copy once it is deleted. */
  execution: WorkflowExecution;
  readonly events: Map<EventKind, PendingEvent>;
}

/** An event of it. The payload is built when it is sent. */
export interface PendingEvent {
  readonly owner: PendingExecution;
  readonly due: DueEvent;
  /** When it happened, in milliseconds since the epoch. */
  readonly timeMs: number;
  state: EventState;
}

/** The pending executions, by correlation id and UID. */
export class PendingExecutions {
  private readonly byCorrelationId = new Map<string, Map<string, PendingExecution>>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  get(execution: WorkflowExecution): PendingExecution | undefined {
    return this.byCorrelationId.get(correlationIdOf(execution))?.get(execution.metadata.uid);
  }

  has(pending: PendingExecution): boolean {
    return this.get(pending.execution) === pending;
  }

  /**
   * Stores an execution and those of its events that were not known.
   *
   * @param state the state of the new events
   * @returns whether there are new events
   */
  put(execution: WorkflowExecution, state: EventState): boolean {
    const owner = this.get(execution) ?? this.add(execution);
    owner.execution = execution;
    const fresh = dueEvents(execution).filter(({ kind }) => !owner.events.has(kind));
    for (const due of fresh) owner.events.set(due.kind, { owner, due, timeMs: Date.parse(due.time), state });
    return fresh.length > 0;
  }

  remove(execution: WorkflowExecution): void {
    const id = correlationIdOf(execution);
    const executions = this.byCorrelationId.get(id);
    if (!executions?.delete(execution.metadata.uid)) return;
    this.count -= 1;
    if (executions.size === 0) this.byCorrelationId.delete(id);
  }

  /** The events of a correlation id that are not final, by time; those of the same time as they came. */
  unfinished(correlationId: string): PendingEvent[] {
    return [...(this.byCorrelationId.get(correlationId)?.values() ?? [])]
      .flatMap(unfinishedEvents)
      .sort((a, b) => a.timeMs - b.timeMs);
  }

  /** How many events are not final, and when the oldest of them happened (milliseconds since the epoch). */
  backlog(): { readonly events: number; readonly oldestMs: number | undefined } {
    let events = 0;
    let oldestMs: number | undefined;
    for (const executions of this.byCorrelationId.values()) {
      for (const execution of executions.values()) {
        for (const { timeMs } of unfinishedEvents(execution)) {
          events += 1;
          oldestMs = Math.min(timeMs, oldestMs ?? timeMs);
        }
      }
    }
    return { events, oldestMs };
  }

  private add(execution: WorkflowExecution): PendingExecution {
    const id = correlationIdOf(execution);
    const executions = this.byCorrelationId.get(id) ?? new Map<string, PendingExecution>();
    const added: PendingExecution = { execution, events: new Map() };
    this.byCorrelationId.set(id, executions.set(execution.metadata.uid, added));
    this.count += 1;
    return added;
  }
}

/** The events of an execution that are not final, oldest first. */
export function unfinishedEvents({ events }: PendingExecution): PendingEvent[] {
  return [...events.values()].filter(({ state }) => !isFinal(state));
}
