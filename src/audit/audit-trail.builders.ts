import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import { keyOf, keyToString, type ObjectKey } from '../kubernetes/kubernetes-object.ts';
import { silentLogger } from '../kubernetes/logger.ts';
import type { Reflector } from '../kubernetes/reflector.ts';
import type { Change } from '../kubernetes/store.ts';
import type { WorkflowExecution, WorkflowExecutionStatus } from '../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { aCondition } from './audit.builders.ts';
import type { AuditEvent } from './audit-event.ts';
import type { DeliveryMetrics } from './delivery-metrics.ts';
import { AuditTrail } from './audit-trail.ts';
import type { EventStore, IngestResult, QueryResult } from './event-store.ts';

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

  /** @param object the last state that the watch reports */
  remove(object: WorkflowExecution): void {
    const previous = this.objects.get(keyOf(object)) ?? object;
    this.objects.delete(keyOf(object));
    this.notify({ type: 'deleted', object, previous });
  }

  private notify(change: Change<WorkflowExecution>): void {
    for (const handler of this.handlers) handler(change);
  }
}

const recorded: IngestResult = { state: 'recorded' };

/** An event store with the answers of the test. */
export class FakeStore implements EventStore {
  readonly name = 'a test';
  readonly recordedReason = 'Recorded';
  /** The events that it has stored. */
  readonly events: AuditEvent[] = [];
  /** Requests in their order: `a completed` for an event of the execution `a`, `? rr-a` for a query. */
  readonly requests: string[] = [];
  /** The UIDs that came with events. */
  readonly uids: string[] = [];
  /** The answers to the next events. */
  answers: IngestResult[] = [];
  /** The answer to all other events. */
  always: IngestResult | ((event: AuditEvent) => IngestResult) = recorded;
  /** The answer to queries; default: the stored events. */
  queryAnswer?: QueryResult | ((correlationId: string) => QueryResult);
  /** Awaited before an event is answered. */
  before: () => Promise<void> = () => Promise.resolve();

  constructor(readonly queryable: boolean) {}

  async ingest(event: AuditEvent, uid: string): Promise<IngestResult> {
    this.requests.push(`${event.resource_id} ${event.event_type.split('.').slice(1).join('.')}`);
    this.uids.push(uid);
    await this.before();
    const { always } = this;
    const answer = this.answers.shift() ?? (typeof always === 'function' ? always(event) : always);
    if (answer.state === 'recorded') this.events.push(event);
    return answer;
  }

  query(correlationId: string): Promise<QueryResult> {
    this.requests.push(`? ${correlationId}`);
    const { queryAnswer: answer = { state: 'found', rows: this.events } } = this;
    return Promise.resolve(typeof answer === 'function' ? answer(correlationId) : answer);
  }

  /** The stored events, as in {@link requests}. */
  get stored(): string[] {
    return this.events.map(
      ({ resource_id, event_type }) => `${resource_id} ${event_type.split('.').slice(1).join('.')}`,
    );
  }
}

const minute = 60_000;

/** The settings of {@link anAuditTrail}. */
export const config = {
  auditSettleMs: 5 * minute,
  auditConfirmMs: 60 * minute,
};

/** An audit trail with a cluster, a store and a clock of the test; it delivers once it is started. */
export function anAuditTrail({ queryable = true, maxPending = 100, confirmMs = config.auditConfirmMs } = {}) {
  const clock = new FakeClock(new Date('2026-01-02T04:00:00Z'));
  const cluster = new FakeCluster();
  const store = new FakeStore(queryable);
  const counted = { delivered: 0, retried: 0, lost: [] as string[] };
  const metrics: DeliveryMetrics = {
    delivered: { inc: () => void (counted.delivered += 1) },
    retried: { inc: () => void (counted.retried += 1) },
    lost: { inc: (labels: unknown) => void counted.lost.push((labels as { reason: string }).reason) },
  };
  const logged = { errors: [] as object[], warnings: [] as object[], infos: [] as object[] };
  const trail = new AuditTrail(
    cluster as unknown as Reflector<WorkflowExecution>,
    store,
    { ...config, auditConfirmMs: confirmMs, auditMaxPending: maxPending },
    metrics,
    clock,
    () => 0.5,
    {
      ...silentLogger,
      info: (fields: object) => void logged.infos.push(fields),
      warn: (fields: object) => void logged.warnings.push(fields),
      error: (fields: object) => void logged.errors.push(fields),
    },
  );
  const updates: string[] = [];
  trail.onUpdate((key) => updates.push(key));
  const stop = new AbortController();
  const leadership = { isHeld: true };
  let running = Promise.resolve();
  return {
    ...{ clock, cluster, store, trail, updates, counted, leadership },
    ...logged,
    async start() {
      running = trail.run(stop.signal, () => leadership.isHeld);
      await clock.advance(0);
    },
    /** Adds or changes an execution, and lets the trail react. */
    async put(...executions: readonly WorkflowExecution[]) {
      for (const execution of executions) cluster.put(execution);
      await clock.advance(0);
    },
    async stop() {
      stop.abort();
      await clock.advance(0);
      await running;
    },
    async [Symbol.asyncDispose]() {
      await this.stop();
    },
  };
}

/** A started audit trail. */
export async function aRunningTrail(options: Parameters<typeof anAuditTrail>[0] = {}) {
  const trail = anAuditTrail(options);
  await trail.start();
  return trail;
}

let uids = 0;

/** What distinguishes the execution of this name; its correlation id is `rr-` and the name unless it is given. */
export const named = (name: string, creationTimestamp = '2026-01-02T05:00:00Z', correlationId = `rr-${name}`) => ({
  metadata: { name, uid: `uid-${(uids += 1)}`, creationTimestamp },
  spec: { remediationRequestRef: { name: correlationId } },
});

/** The status of an execution whose condition AuditRecorded is final. */
export const final: WorkflowExecutionStatus = {
  phase: 'Completed',
  conditions: [aCondition({ type: 'AuditRecorded', status: 'True', reason: 'Recorded' })],
};

/** A Pending execution: it has one event. */
export const aPending = (...id: Parameters<typeof named>) => aWorkflowExecution(named(...id));

/** The same execution with a final condition. */
export const finalized = ({ metadata, spec }: WorkflowExecution) =>
  aWorkflowExecution({ metadata, spec, status: final });
