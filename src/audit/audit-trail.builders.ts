import { keyOf, keyToString, type ObjectKey } from '../kubernetes/kubernetes-object.ts';
import type { Change } from '../kubernetes/store.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import type { AuditEvent } from './audit-event.ts';
import type { Delivered, EventStore, Told } from './event-store.ts';

/** The executions of a cluster, as a reflector shows them. */
export class FakeCluster {
  readonly objects = new Map<string, WorkflowExecution>();
  /** How often all executions were listed. */
  lists = 0;
  private readonly handlers = new Set<(change: Change<WorkflowExecution>) => void>();

  readonly store = {
    list: () => {
      this.lists += 1;
      return [...this.objects.values()];
    },
    get: (key: ObjectKey | string) => this.objects.get(typeof key === 'string' ? key : keyToString(key)),
  };

  onChange(handler: (change: Change<WorkflowExecution>) => void): () => void {
    this.handlers.add(handler);
    return () => void this.handlers.delete(handler);
  }

  put(object: WorkflowExecution): void {
    const previous = this.objects.get(keyOf(object));
    if (previous !== undefined && previous.metadata.uid !== object.metadata.uid) this.remove(previous);
    const type = this.objects.has(keyOf(object)) ? 'updated' : 'added';
    this.objects.set(keyOf(object), object);
    this.notify({ type, object });
  }

  remove(object: WorkflowExecution): void {
    this.objects.delete(keyOf(object));
    this.notify({ type: 'deleted', object });
  }

  private notify(change: Change<WorkflowExecution>): void {
    for (const handler of this.handlers) handler(change);
  }
}

/** An event store that answers as it is told. */
export class FakeStore implements EventStore {
  readonly name = 'a test';
  readonly recordedReason = 'Recorded';
  readonly events: AuditEvent[] = [];
  readonly asked: string[] = [];
  answer: Delivered = { state: 'recorded' };

  constructor(readonly canTell: boolean) {}

  deliver(events: readonly AuditEvent[]): Promise<Delivered> {
    if (this.answer.state === 'recorded') this.events.push(...events);
    return Promise.resolve(this.answer);
  }

  rows(correlationId: string): Promise<Told> {
    this.asked.push(correlationId);
    return Promise.resolve({ state: 'told', rows: this.events });
  }

  get told(): string[] {
    return this.events.map(
      ({ resource_id, event_type }) => `${resource_id} ${event_type.split('.').slice(1).join('.')}`,
    );
  }
}
