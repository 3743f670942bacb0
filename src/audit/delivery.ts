import type { Clock, Random } from '../kubernetes/clock.ts';
import type { Logger } from '../kubernetes/logger.ts';
import type { HandlerResult } from '../kubernetes/work-queue.ts';
import { tracedDelivery } from '../tracing/delivery-span.ts';
import { logFields } from '../workflow-execution/execution.ts';
import { isSameEvent, maxAgeMs } from './audit-event.ts';
import type { DeliveryMetrics } from './delivery-metrics.ts';
import { auditEvent } from './build-event.ts';
import { isFinal, isUnverified, notFound, notVerified, recorded, unverified } from './event-state.ts';
import type { Final, LossReason, DeliveryTimeouts } from './event-state.ts';
import type { EventStore, IngestResult, RequestFailure } from './event-store.ts';
import {
  unfinishedEvents,
  type PendingEvent,
  type PendingExecution,
  type PendingExecutions,
} from './pending-executions.ts';
import { RequestBackoff, type RequestKind } from './request-backoff.ts';

/** The pause after a refusal, which needs a change of rights, token or address, in milliseconds. */
const refusedRetryMs = 60_000;

/** How soon a replica that may not deliver checks again, in milliseconds. */
const notLeaderRetryMs = 1_000;

/** The result after a failed request. The key is queued behind the others, and {@link RequestBackoff} delays all of them. */
const retry: HandlerResult = { requeueAfterMs: 0 };

/** The dependencies of a delivery. */
export interface DeliveryOptions {
  readonly executions: PendingExecutions;
  readonly store: EventStore;
  readonly timeouts: DeliveryTimeouts;
  readonly metrics: DeliveryMetrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Called when the audit status of an execution may have changed. */
  readonly onUpdate: (execution: PendingExecution) => void;
}

/** When a delivery must end. */
export interface DeliverySignals {
  /** No more requests that have to wait are sent. */
  readonly stopping: AbortSignal;
  /** No more requests are sent. */
  readonly stopped: AbortSignal;
}

/** Delivers events to the event store, one correlation id at a time. */
export class Delivery {
  /** Why data storage refuses this service; undefined if it does not. */
  refusal?: string;
  /** Called before each request: if false, another replica may be delivering. */
  isLeader: () => boolean = () => false;
  private readonly backoff: RequestBackoff;

  constructor(private readonly options: DeliveryOptions) {
    this.backoff = new RequestBackoff(options.clock, options.random);
  }

  /**
   * Handles one correlation id: queries the events that data storage may have, then sends what is pending in order, up to
   * the first event that is still unverified.
   */
  async deliver(correlationId: string, signals: DeliverySignals): Promise<HandlerResult> {
    const { executions, clock } = this.options;
    const events = executions.unfinished(correlationId);
    const toVerify = events.filter(({ state }) => isUnverified(state) && state.recheckAtMs <= clock.elapsedMs());
    if (toVerify.length > 0) {
      if (!(await this.maySend(signals))) return { requeueAfterMs: notLeaderRetryMs };
      if (!(await this.verify(correlationId, toVerify))) return retry;
    }
    for (const event of events) {
      if (event.state.state === 'pending') {
        if (!(await this.maySend(signals))) return { requeueAfterMs: notLeaderRetryMs };
        if (!(await this.send(event))) return retry;
      }
      if (isUnverified(event.state)) return { requeueAfterMs: this.untilRecheckMs(events) };
    }
    return {};
  }

  /** Gives up an event: logs it in full and counts it. */
  giveUp(event: PendingEvent, state: LossReason, detail = ''): void {
    const { log, metrics } = this.options;
    const { execution } = event.owner;
    const audit = auditEvent(execution, event.due);
    log.error({ ...logFields(execution.metadata), audit, state, detail }, 'audit event given up');
    metrics.lost(state);
    this.finish(event, { state, detail });
  }

  private async maySend({ stopping, stopped }: DeliverySignals): Promise<boolean> {
    return (await this.backoff.wait(stopping)) && !stopped.aborted && this.isLeader();
  }

  /** Queries data storage for events; returns whether it has answered. */
  private async verify(correlationId: string, events: readonly PendingEvent[]): Promise<boolean> {
    const { store, clock, timeouts } = this.options;
    const result = await store.query(correlationId);
    for (const event of events) {
      // It may have been abandoned meanwhile.
      if (!isUnverified(event.state)) continue;
      if (result.state !== 'found') {
        event.state = notVerified(event.state);
        continue;
      }
      const identity = auditEvent(event.owner.execution, event.due);
      const isRecorded = result.rows.some((row) => isSameEvent(identity, row));
      const state = isRecorded ? recorded : notFound(event.state, clock.elapsedMs(), timeouts);
      if (state.state === 'notConfirmed') this.giveUp(event, state.state);
      else if (isFinal(state)) this.finish(event, state);
      else event.state = state;
    }
    if (result.state !== 'found') return this.failed('query', result, events);
    this.backoff.succeeded('query');
    return true;
  }

  /** Sends one event; returns whether data storage has decided about it. */
  private async send(event: PendingEvent): Promise<boolean> {
    const { executions, store, clock } = this.options;
    const { execution } = event.owner;
    // It may have been abandoned while it waited.
    if (isFinal(event.state) || !executions.has(event.owner)) return true;
    if (clock.now().getTime() - event.timeMs > maxAgeMs) {
      this.giveUp(event, 'tooOld');
      return true;
    }
    const body = auditEvent(execution, event.due);
    const result = await tracedDelivery(execution, () => store.ingest(body, execution.metadata.uid));
    return isFinal(event.state) || this.sent(event, result);
  }

  private sent(event: PendingEvent, result: IngestResult): boolean {
    const { clock, timeouts, onUpdate } = this.options;
    switch (result.state) {
      case 'recorded':
        this.succeeded();
        this.finish(event, recorded);
        return true;
      case 'accepted':
        this.succeeded();
        event.state = unverified('accepted', clock.elapsedMs(), timeouts);
        onUpdate(event.owner);
        return true;
      case 'invalid':
        this.giveUp(event, 'refused', result.detail);
        return true;
      case 'failed':
      case 'unknown':
        event.state = unverified(result.state === 'failed' ? 'failed' : 'inDoubt', clock.elapsedMs(), timeouts);
        return this.failed('ingest', result, [event]);
      case 'busy':
      case 'refused':
        return this.failed('ingest', result, [event]);
    }
  }

  private finish(event: PendingEvent, state: Final): void {
    const { metrics, onUpdate } = this.options;
    event.state = state;
    if (state.state === 'recorded') metrics.delivered();
    if (unfinishedEvents(event.owner).length === 0) onUpdate(event.owner);
  }

  private succeeded(): void {
    this.backoff.succeeded('ingest');
    this.refusal = undefined;
  }

  private failed(kind: RequestKind, failure: RequestFailure, events: readonly PendingEvent[]): false {
    const { log, metrics, onUpdate, executions } = this.options;
    const { state, detail, retryAfterMs = 0 } = failure;
    const isRefused = state === 'refused';
    const delayMs = this.backoff.failed(kind, isRefused ? refusedRetryMs : retryAfterMs);
    metrics.retried();
    log.warn({ detail, delayMs, pending: executions.backlog().events }, 'audit delivery failed; retrying');
    this.refusal = isRefused ? detail : undefined;
    if (isRefused) for (const owner of new Set(events.map((event) => event.owner))) onUpdate(owner);
    return false;
  }

  /** Milliseconds until the next of these events is due for a query. */
  private untilRecheckMs(events: readonly PendingEvent[]): number {
    const next = events.reduce(
      (min, { state }) => (isUnverified(state) ? Math.min(min, state.recheckAtMs) : min),
      Infinity,
    );
    return Math.max(0, next - this.options.clock.elapsedMs());
  }
}
