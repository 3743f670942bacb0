import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.ts';
import { CLOCK, type Clock, RANDOM, type Random } from '../kubernetes/clock.ts';
import { keyOf } from '../kubernetes/kubernetes-object.ts';
import { InjectReflector } from '../kubernetes/kubernetes.module.ts';
import type { Logger } from '../kubernetes/logger.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import type { Change } from '../kubernetes/store.ts';
import { tracedDelivery } from '../tracing/delivery-span.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { logFields, isTerminal, phaseOf } from '../workflow-execution/execution.ts';
import { workflowExecutionResource } from '../workflow-execution/resource.ts';
import type { AuditEvent } from './audit-event.ts';
import { AuditMetrics } from './audit-metrics.ts';
import { auditEvent } from './build-event.ts';
import { Delivery } from './delivery.ts';
import { dueEvents } from './due-events.ts';
import { EVENT_STORE, type EventStore } from './event-store.ts';
import { Orphans } from './orphans.ts';
import { Outbox, type Item } from './outbox.ts';
import { isSettled, queued, refused, verdict, type Standing } from './standing.ts';
import { AUDIT_LOG } from './tokens.ts';

/**
 * Sees to it that every execution leaves its events in the audit trail. The resources are the outbox: what is on its way
 * is found in them again after a restart, and what may have been sent is asked for before it is sent again. One process at
 * a time delivers, that of the leader. Nothing waits for it but a deletion.
 */
@Injectable()
export class AuditTrail {
  private readonly outbox: Outbox;
  private readonly delivery: Delivery;
  private readonly orphans: Orphans;
  private readonly keys = new Map<string, string>();
  private tell: (key: string) => void = () => undefined;
  private mayDeliver: () => boolean = () => false;
  /**
   * No event of an execution that is heard of for the first time, and was created at this time (RFC 3339) or later, has been
   * sent by anybody before; undefined while that can not be said of any.
   */
  private ownSince?: string;
  /**
   * Whether there are executions in the cluster that there was no room for. Then later ones wait too, so that none is told
   * of before an older one of its correlation id.
   */
  private hasMore = false;

  constructor(
    @InjectReflector(workflowExecutionResource) private readonly executions: Reflector<WorkflowExecution>,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CONFIG)
    private readonly config: Pick<Config, 'auditSettleMs' | 'auditConfirmMs' | 'auditDeleteWaitMs' | 'auditMaxPending'>,
    private readonly metrics: AuditMetrics,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RANDOM) random: Random,
    @Inject(AUDIT_LOG) private readonly log: Logger,
  ) {
    this.outbox = new Outbox({ settleMs: config.auditSettleMs, confirmMs: config.auditConfirmMs });
    this.orphans = new Orphans(clock, config.auditDeleteWaitMs, (execution) => {
      this.abandon(execution);
      this.forget(execution.metadata.uid);
    });
    this.delivery = new Delivery({
      ...{ outbox: this.outbox, store, metrics, clock, random, log },
      eventOf: (item) => this.eventOf(item),
      around: (items, deliver) => tracedDelivery(this.executionsOf(items), deliver),
      onNews: (item) => this.news(item),
      mayDeliver: () => this.mayDeliver(),
    });
  }

  /** How many events are on their way, and how long ago the oldest of them happened. */
  get backlog(): { readonly events: number; readonly oldestSeconds: number } {
    const { pending, oldest } = this.outbox;
    const ageMs = oldest === undefined ? 0 : this.clock.now().getTime() - Date.parse(oldest);
    return { events: pending, oldestSeconds: Math.max(0, ageMs) / 1_000 };
  }

  /** Calls the handler with the key of an execution when there is something to say about its events. */
  onNews(handler: (key: string) => void): void {
    this.tell = handler;
  }

  /**
   * Delivers until the signal aborts and what has begun has come to its end. All that other processes have done before has
   * to be known; what an execution has come to by then may have been sent by one of them.
   *
   * @param mayDeliver asked before each request: whether this process is still the one that delivers
   */
  async run(signal: AbortSignal, mayDeliver: () => boolean): Promise<void> {
    this.log.info({ to: this.store.name }, 'audit events are delivered');
    this.mayDeliver = mayDeliver;
    const unsubscribe = this.executions.onChange((change) => this.changed(change));
    this.admitAll();
    const times = this.executions.store.list().map(({ metadata }) => metadata.creationTimestamp);
    this.ownSince = times.sort().at(-1) ?? '';
    await this.delivery.run(signal);
    unsubscribe();
    this.orphans.end();
  }

  /** How the events of an execution stand, and what is to be said about them. */
  standing(execution: WorkflowExecution): Standing {
    const { uid } = execution.metadata;
    if (isSettled(execution)) return { settled: true };
    this.admit(execution);
    if (!this.outbox.has(uid)) return { settled: false };
    const unfinished = this.outbox.unfinished(uid);
    if (unfinished.length === 0) {
      return { settled: true, told: verdict(this.outbox.finals(uid), this.store.recordedReason) };
    }
    if (unfinished.some(({ state }) => state === 'queued')) return { settled: false, told: queued() };
    const { refusal } = this.delivery;
    return { settled: false, ...(refusal !== undefined && { told: refused(refusal) }) };
  }

  /** Gives up the events of an execution that are not recorded: they are written to the log, whole, and counted. */
  abandon(execution: WorkflowExecution): void {
    if (this.isOver(execution)) return;
    this.take(execution);
    for (const item of this.outbox.unfinished(execution.metadata.uid)) {
      const event = auditEvent(execution, item.due);
      const subject = logFields(execution.metadata);
      this.log.error({ ...subject, audit: event }, 'an audit event could not be delivered before its execution went');
      this.metrics.lost('abandoned');
      this.outbox.finish(item, 'abandoned');
    }
  }

  private changed({ type, object }: Change<WorkflowExecution>): void {
    const { uid } = object.metadata;
    if (isSettled(object)) this.forget(uid);
    else if (type === 'deleted') this.orphan(object);
    else this.admit(object, type === 'added');
  }

  /** It went before it had the finalizer, or somebody has taken that off, or everything was waited for. */
  private orphan(execution: WorkflowExecution): void {
    const { uid } = execution.metadata;
    if (!this.outbox.has(uid)) {
      this.take(execution);
      this.abandon(execution);
    }
    if (this.outbox.unfinished(uid).length > 0) this.orphans.add(execution);
    else this.forget(uid);
  }

  /**
   * Whether an execution is gone and its events are done with. A pass of the reconciler may still have it; taken in again, its
   * events could not be made any more and would hold up those of its correlation id for ever.
   */
  private isOver(execution: WorkflowExecution): boolean {
    const { uid } = execution.metadata;
    return !this.outbox.has(uid) && this.executions.store.get(keyOf(execution))?.metadata.uid !== uid;
  }

  private admit(execution: WorkflowExecution, isFirstSeen?: boolean): void {
    if (this.isOver(execution)) return;
    const hasRoom = !this.hasMore && this.outbox.size < this.config.auditMaxPending;
    if (hasRoom || this.outbox.has(execution.metadata.uid)) this.take(execution, isFirstSeen);
    else this.hasMore = true;
  }

  private take(execution: WorkflowExecution, isFirstSeen?: boolean): void {
    const { metadata, spec } = execution;
    const { uid } = metadata;
    const { ownSince, store, outbox } = this;
    const isKnown = (since: string) => outbox.has(uid) || (isFirstSeen && metadata.creationTimestamp >= since);
    const isOwn = !store.canTell || (ownSince !== undefined && isKnown(ownSince));
    this.keys.set(uid, keyOf(execution));
    const hasMore = outbox.admit(
      { uid, correlationId: spec.remediationRequestRef.name, due: dueEvents(execution) },
      isOwn ? 'due' : 'unsure',
      this.clock.elapsedMs(),
    );
    if (hasMore) this.delivery.ring();
  }

  /** The oldest first, so that what there is no room for is the youngest. */
  private admitAll(): void {
    this.hasMore = false;
    const open = this.executions.store.list().filter((execution) => !isSettled(execution));
    open.sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1));
    for (const execution of open) this.admit(execution);
  }

  private forget(uid: string): void {
    this.outbox.forget(uid);
    this.orphans.remove(uid);
    this.keys.delete(uid);
    if (this.hasMore && this.outbox.size < this.config.auditMaxPending / 2) this.admitAll();
  }

  private eventOf({ uid, due }: Item): AuditEvent | undefined {
    const execution = this.executionOf(uid);
    return execution && auditEvent(execution, due);
  }

  private executionsOf(items: readonly Item[]): readonly WorkflowExecution[] {
    return items.map(({ uid }) => this.executionOf(uid)).filter((execution) => execution !== undefined);
  }

  private executionOf(uid: string): WorkflowExecution | undefined {
    return this.orphans.get(uid) ?? this.find(uid);
  }

  private find(uid: string): WorkflowExecution | undefined {
    const key = this.keys.get(uid);
    const execution = key === undefined ? undefined : this.executions.store.get(key);
    return execution?.metadata.uid === uid ? execution : undefined;
  }

  /** Only where there is something to be written or done: of one that goes on nothing is said before its end. */
  private news({ uid }: Item): void {
    if (this.orphans.get(uid) !== undefined) {
      if (this.outbox.unfinished(uid).length === 0) this.forget(uid);
      return;
    }
    const execution = this.find(uid);
    if (execution === undefined) return;
    if (isTerminal(phaseOf(execution)) || execution.metadata.deletionTimestamp !== undefined)
      this.tell(keyOf(execution));
  }
}
