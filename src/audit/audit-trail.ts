import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.ts';
import { aborted, sleep } from '../kubernetes/async.ts';
import { CLOCK, RANDOM, type Clock, type Random } from '../kubernetes/clock.ts';
import { keyOf } from '../kubernetes/kubernetes-object.ts';
import { InjectReflector } from '../kubernetes/kubernetes.module.ts';
import type { Logger } from '../kubernetes/logger.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import type { Change } from '../kubernetes/store.ts';
import { WorkQueue } from '../kubernetes/work-queue.ts';
import type { ConditionUpdate } from '../workflow-execution/conditions.ts';
import { isTerminal, phaseOf } from '../workflow-execution/execution.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { unsettledView, workflowExecutionResource } from '../workflow-execution/resource.ts';
import { finalCondition, interimCondition, isAuditFinal } from './audit-condition.ts';
import { DeliveryMetrics } from './delivery-metrics.ts';
import { correlationIdOf } from './build-event.ts';
import { connections } from './data-storage-client.ts';
import { Delivery } from './delivery.ts';
import { dueEvents } from './due-events.ts';
import { isFinal, pending, unverified, type DeliveryTimeouts } from './event-state.ts';
import { EVENT_STORE, type EventStore } from './event-store.ts';
import { PendingExecutions, unfinishedEvents, type PendingExecution } from './pending-executions.ts';

/** Injection token of the {@link Logger} of this folder. */
export const AUDIT_LOG = Symbol('AuditLog');

/** The longest flush on shutdown, in milliseconds. */
const flushMs = 5_000;

/** The audit status of an execution. */
export interface AuditStatus {
  /** Whether its events need no more work. */
  readonly isFinal: boolean;
  /** The condition AuditRecorded to be written; undefined if there is nothing to write. */
  readonly condition?: ConditionUpdate;
}

/**
 * Records the events of every execution in the audit trail. The resources are the outbox: pending events are found in them
 * again after a restart, and events that may have been sent are queried before they are sent again. Only the leader
 * delivers. Only deletion waits for it.
 */
@Injectable()
export class AuditTrail {
  private readonly pending = new PendingExecutions();
  /** Deleted executions with unfinished events. */
  private readonly deleted = new Set<PendingExecution>();
  private readonly timeouts: DeliveryTimeouts;
  private readonly queue: WorkQueue;
  private readonly delivery: Delivery;
  private notify: (key: string) => void = () => undefined;
  /** Creation time (RFC 3339) of the newest execution at the start: no other process has sent events of newer ones. */
  private newestAtStart = '';
  /** Whether there are executions beyond the limit. Newer ones wait behind them, so that the order is kept. */
  private isFull = false;

  constructor(
    @InjectReflector(workflowExecutionResource, unsettledView)
    private readonly executions: Reflector<WorkflowExecution>,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CONFIG)
    private readonly config: Pick<Config, 'auditSettleMs' | 'auditConfirmMs' | 'auditMaxPending'>,
    metrics: DeliveryMetrics,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RANDOM) random: Random,
    @Inject(AUDIT_LOG) private readonly log: Logger,
  ) {
    this.timeouts = { settleMs: config.auditSettleMs, confirmMs: config.auditConfirmMs };
    this.queue = new WorkQueue({ name: 'audit', clock, random, log });
    this.delivery = new Delivery({
      ...{ executions: this.pending, timeouts: this.timeouts, store, metrics, clock, random, log },
      onUpdate: (execution) => this.updated(execution),
    });
  }

  /** Number of events that are not recorded yet, and the age of the oldest in seconds; 0 if there is none. */
  get backlog(): { readonly events: number; readonly oldestSeconds: number } {
    const { events, oldestMs } = this.pending.backlog();
    const now = this.clock.now().getTime();
    return { events, oldestSeconds: Math.max(0, now - (oldestMs ?? now)) / 1_000 };
  }

  /** Calls the handler with the key of an execution when its audit status may have changed and is to be written. */
  onUpdate(handler: (key: string) => void): void {
    this.notify = handler;
  }

  /**
   * Delivers until the signal aborts, then flushes what can be sent without waiting, for at most five seconds. The reflector
   * has to be caught up: events of executions that it has may have been sent by an earlier leader.
   *
   * @param isLeader called before each request: whether this replica may still deliver
   */
  async run(signal: AbortSignal, isLeader: () => boolean): Promise<void> {
    this.log.info({ to: this.store.name }, 'delivering audit events');
    const unsubscribe = this.executions.onChange((change) => this.changed(change));
    this.trackAll();
    for (const { metadata } of this.executions.store.list()) {
      if (metadata.creationTimestamp > this.newestAtStart) this.newestAtStart = metadata.creationTimestamp;
    }
    const [stop, flushed] = [new AbortController(), new AbortController()];
    const gate = { stopping: signal, stopped: stop.signal, isLeader };
    const delivering = this.queue.run((correlationId) => this.delivery.deliver(correlationId, gate), {
      concurrency: connections,
      signal: stop.signal,
    });
    await aborted(signal);
    await Promise.race([this.queue.drain(), sleep(this.clock, flushMs, flushed.signal)]);
    flushed.abort();
    stop.abort();
    await delivering;
    unsubscribe();
    for (const { execution } of [...this.deleted]) this.abandon(execution);
  }

  status(execution: WorkflowExecution): AuditStatus {
    if (isAuditFinal(execution)) return { isFinal: true };
    const known = this.pending.get(execution)?.events;
    const states = dueEvents(execution).map(({ kind }) => [kind, known?.get(kind)?.state ?? pending] as const);
    const finals = states.flatMap(([kind, state]) => (isFinal(state) ? [[kind, state] as const] : []));
    if (finals.length === states.length) {
      return { isFinal: true, condition: finalCondition(new Map(finals), this.store.recordedReason) };
    }
    const interim = states.map(([, state]) => state);
    return { isFinal: false, condition: interimCondition(interim, this.delivery.refusal) };
  }

  /** Gives up the events of an execution that are not recorded: each is logged in full and counted. */
  abandon(execution: WorkflowExecution): void {
    const isGone = this.executions.store.get(keyOf(execution))?.metadata.uid !== execution.metadata.uid;
    if (!isGone) this.pending.put(execution, pending);
    const owner = this.pending.get(execution);
    for (const event of owner ? unfinishedEvents(owner) : []) this.delivery.giveUp(event, 'abandoned');
  }

  /** The cache has no settled executions: one that is settled leaves it, in its state before that. */
  private changed({ type, object, previous = object }: Change<WorkflowExecution>): void {
    const isFinal = isAuditFinal(object) || (type === 'deleted' && isAuditFinal(previous));
    if (isFinal) this.forget(object);
    else if (type === 'deleted') this.keepDeleted(object);
    else this.track(object, type === 'added' && object.metadata.creationTimestamp >= this.newestAtStart);
  }

  /** Keeps a deleted execution until its events are recorded. */
  private keepDeleted(execution: WorkflowExecution): void {
    const owner = this.pending.get(execution);
    if (owner && unfinishedEvents(owner).length > 0) {
      this.deleted.add(owner);
      return;
    }
    if (!owner) {
      // It was beyond the limit.
      this.pending.put(execution, pending);
      this.abandon(execution);
    }
    this.forget(execution);
  }

  /** @param isNew whether no other process can have sent events of it */
  private track(execution: WorkflowExecution, isNew: boolean): void {
    const isKnown = this.pending.get(execution) !== undefined;
    this.isFull ||= !isKnown && this.pending.size >= this.config.auditMaxPending;
    if (this.isFull && !isKnown) return;
    const isUnsent = isKnown || isNew || !this.store.queryable;
    const state = isUnsent ? pending : unverified('inDoubt', this.clock.elapsedMs(), this.timeouts);
    if (this.pending.put(execution, state)) this.queue.add(correlationIdOf(execution));
  }

  /** Tracks the executions in the cluster, oldest first, up to the limit. */
  private trackAll(): void {
    this.isFull = false;
    const executions = this.executions.store.list();
    const open = executions.filter((execution) => !isAuditFinal(execution));
    open.sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1));
    for (const execution of open) this.track(execution, false);
  }

  private forget(execution: WorkflowExecution): void {
    const owner = this.pending.get(execution);
    if (owner) {
      this.deleted.delete(owner);
      this.pending.remove(execution);
    }
    if (this.isFull && this.pending.size < this.config.auditMaxPending / 2) this.trackAll();
  }

  /** Reports an audit status that has to be written: only finished and deleted executions have a condition. */
  private updated(owner: PendingExecution): void {
    if (!this.pending.has(owner)) return;
    const { execution } = owner;
    if (this.deleted.has(owner)) {
      if (unfinishedEvents(owner).length === 0) this.forget(execution);
    } else if (isTerminal(phaseOf(execution)) || execution.metadata.deletionTimestamp !== undefined) {
      this.notify(keyOf(execution));
    }
  }
}
