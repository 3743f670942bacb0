import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import { keyOf, keyToString, type ObjectKey } from '../kubernetes/kubernetes-object.ts';
import { silentLogger } from '../kubernetes/logger.ts';
import type { Reflector } from '../kubernetes/reflector.ts';
import type { Change } from '../kubernetes/store.ts';
import type { WorkflowExecution, WorkflowExecutionStatus } from '../workflow-execution/generated/workflow-execution.ts';
import { aCondition } from './audit.builders.ts';
import type { AuditEvent } from './audit-event.ts';
import type { AuditMetrics } from './audit-metrics.ts';
import { AuditTrail } from './audit-trail.ts';
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
    const before = this.objects.get(keyOf(object));
    this.objects.set(keyOf(object), object);
    this.notify(before === undefined ? { type: 'added', object } : { type: 'updated', object, previous: before });
  }

  remove(object: WorkflowExecution): void {
    this.objects.delete(keyOf(object));
    this.notify({ type: 'deleted', object, previous: object });
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
  /** What a delivery waits for before it is answered. */
  before: () => Promise<void> = () => Promise.resolve();

  constructor(readonly canTell: boolean) {}

  async deliver(events: readonly AuditEvent[]): Promise<Delivered> {
    await this.before();
    if (this.answer.state === 'recorded') this.events.push(...events);
    return this.answer;
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

const minute = 60_000;
const start = new Date('2026-01-02T04:00:00Z');

/** An audit trail with a cluster, a store and a clock of the test; it delivers from its start on. */
export function anAuditTrail({ canTell = true, maxPending = 100 } = {}) {
  const clock = new FakeClock(start);
  const cluster = new FakeCluster();
  const store = new FakeStore(canTell);
  const lost: string[] = [];
  const errors: object[] = [];
  const infos: object[] = [];
  const checks = { count: 0 };
  const metrics = {
    delivered: () => undefined,
    retried: () => undefined,
    lost: (reason: string) => void lost.push(reason),
  };
  const trail = new AuditTrail(
    cluster as unknown as Reflector<WorkflowExecution>,
    store,
    {
      auditSettleMs: 5 * minute,
      auditConfirmMs: 60 * minute,
      auditDeleteWaitMs: 15 * minute,
      auditMaxPending: maxPending,
    },
    metrics as unknown as AuditMetrics,
    clock,
    () => 0.5,
    {
      ...silentLogger,
      info: (fields: object) => void infos.push(fields),
      error: (fields: object) => void errors.push(fields),
    },
  );
  const news: string[] = [];
  trail.onNews((key) => news.push(key));
  const stop = new AbortController();
  let running = Promise.resolve();
  return {
    ...{ clock, cluster, store, trail, news, lost, errors, infos, checks },
    async start() {
      running = trail.run(stop.signal, () => (checks.count += 1) > 0);
      await clock.advance(0);
    },
    async stop() {
      stop.abort();
      await clock.advance(0);
      await running;
    },
  };
}

let uids = 0;
/** The status of an execution that says that its events are done with. */
export const settled: WorkflowExecutionStatus = {
  phase: 'Completed',
  conditions: [aCondition({ type: 'AuditRecorded', status: 'True', reason: 'Recorded' })],
};

/** What tells an execution of this name from all others. */
export const named = (name: string, creationTimestamp = '2026-01-02T05:00:00Z') => ({
  metadata: { name, uid: `uid-${(uids += 1)}`, creationTimestamp },
  spec: { remediationRequestRef: { name: `rr-${name}` } },
});
