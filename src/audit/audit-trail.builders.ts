import { keyOf } from '../kubernetes/kubernetes-object.ts';
import type { Change } from '../kubernetes/store.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import type { AuditEvent } from './audit-event.ts';
import type { Delivered, EventStore, Told } from './event-store.ts';

/** The executions of a cluster, as a reflector shows them. */
export class FakeCluster {
  readonly objects = new Map<string, WorkflowExecution>();
  private handler: (change: Change<WorkflowExecution>) => void = () => undefined;

  readonly store = { list: () => [...this.objects.values()], get: (key: string) => this.objects.get(key) };

  onChange(handler: (change: Change<WorkflowExecution>) => void): () => void {
    this.handler = handler;
    return () => undefined;
  }

  put(object: WorkflowExecution): void {
    const type = this.objects.has(keyOf(object)) ? 'modified' : 'added';
    this.objects.set(keyOf(object), object);
    this.handler({ type, object } as Change<WorkflowExecution>);
  }

  remove(object: WorkflowExecution): void {
    this.objects.delete(keyOf(object));
    this.handler({ type: 'deleted', object });
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
