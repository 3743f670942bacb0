import type { Clock, Random } from '../kubernetes/clock.ts';
import type { Logger } from '../kubernetes/logger.ts';
import type { HandlerResult } from '../kubernetes/work-queue.ts';
import { tracedDelivery } from '../tracing/delivery-span.ts';
import { logFields } from '../workflow-execution/execution.ts';
import { isSameEvent, maxAgeMs } from './audit-event.ts';
import type { DeliveryMetrics } from './delivery-metrics.ts';
import { auditEvent, correlationIdOf } from './build-event.ts';
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

/** How soon a replica that may not deliver checks again, in milliseconds. */
const notLeaderRetryMs = 1_000;

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

/** When requests may be sent. */
export interface DeliveryGate {
  /** Aborts when no more requests that have to wait are sent. */
  readonly stopping: AbortSignal;
  /** Aborts when no more requests are sent. */
  readonly stopped: AbortSignal;
  /** If false, another replica may be delivering. */
  readonly isLeader: () => boolean;
}

/** Delivers events to the event store, one correlation id at a time. */
export class Delivery {
  /** Why data storage refuses this service; undefined if it does not. */
  refusal?: string;
  private readonly backoff: RequestBackoff;

  constructor(private readonly options: DeliveryOptions) {
    this.backoff = new RequestBackoff(options.clock, options.random);
  }

  /**
   * Handles one correlation id: queries the events that data storage may have, then sends what is pending in order, up to
   * the first event that is still unverified.
   */
  async deliver(correlationId: string, gate: DeliveryGate): Promise<HandlerResult> {
    const { executions, clock } = this.options;
    const events = executions.unfinished(correlationId);
    const toVerify = events.filter(({ state }) => isUnverified(state) && state.recheckAtMs <= clock.elapsedMs());
    if (toVerify.length > 0) {
      if (!(await this.maySend(gate))) return { requeueAfterMs: notLeaderRetryMs };
      const failure = await this.verify(correlationId, toVerify);
      if (failure) return this.failed('query', correlationId, failure, toVerify);
    }
    for (const event of events) {
      if (event.state.state === 'pending') {
        if (!(await this.maySend(gate))) return { requeueAfterMs: notLeaderRetryMs };
        const failure = await this.send(event);
        if (failure) return this.failed('ingest', correlationId, failure, [event]);
      }
      if (isUnverified(event.state)) break;
    }
    this.backoff.progressed(correlationId);
    return { requeueAfterMs: this.untilRecheckMs(events) };
  }

  /** Gives up an event: logs it in full and counts it. */
  giveUp(event: PendingEvent, state: LossReason, detail = ''): void {
    const { log, metrics } = this.options;
    const { execution } = event.owner;
    const audit = auditEvent(execution, event.due);
    log.error({ ...logFields(execution.metadata), audit, state, detail }, 'audit event given up');
    metrics.lost.inc({ reason: state });
    this.finish(event, { state, detail });
  }

  private async maySend({ stopping, stopped, isLeader }: DeliveryGate): Promise<boolean> {
    return (await this.backoff.wait(stopping)) && !stopped.aborted && isLeader();
  }

  private async verify(correlationId: string, events: readonly PendingEvent[]): Promise<RequestFailure | undefined> {
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
    if (result.state !== 'found') return result;
    this.backoff.succeeded('query', correlationId);
    return undefined;
  }

  private async send(event: PendingEvent): Promise<RequestFailure | undefined> {
    const { executions, store, clock } = this.options;
    const { execution } = event.owner;
    // It may have been abandoned while it waited.
    if (isFinal(event.state) || !executions.has(event.owner)) return undefined;
    if (clock.now().getTime() - event.timeMs > maxAgeMs) {
      this.giveUp(event, 'tooOld');
      return undefined;
    }
    const body = auditEvent(execution, event.due);
    const result = await tracedDelivery(execution, () => store.ingest(body, execution.metadata.uid));
    return isFinal(event.state) ? undefined : this.sent(event, result);
  }

  private sent(event: PendingEvent, result: IngestResult): RequestFailure | undefined {
    const { clock, timeouts, onUpdate } = this.options;
    switch (result.state) {
      case 'recorded':
        this.succeeded(event);
        this.finish(event, recorded);
        return undefined;
      case 'accepted':
        this.succeeded(event);
        event.state = unverified('accepted', clock.elapsedMs(), timeouts);
        onUpdate(event.owner);
        return undefined;
      case 'invalid':
        this.giveUp(event, 'refused', result.detail);
        return undefined;
      case 'failed':
      case 'unknown':
        event.state = unverified(result.state === 'failed' ? 'failed' : 'inDoubt', clock.elapsedMs(), timeouts);
        return result;
      case 'busy':
      case 'refused':
        return result;
    }
  }

  private finish(event: PendingEvent, state: Final): void {
    const { metrics, onUpdate } = this.options;
    event.state = state;
    if (state.state === 'recorded') {
      metrics.delivered.inc();
      this.backoff.progressed(correlationIdOf(event.owner.execution));
    }
    if (unfinishedEvents(event.owner).length === 0) onUpdate(event.owner);
  }

  private succeeded(event: PendingEvent): void {
    this.backoff.succeeded('ingest', correlationIdOf(event.owner.execution));
    this.refusal = undefined;
  }

  private failed(
    kind: RequestKind,
    correlationId: string,
    { state, detail, retryAfterMs = 0 }: RequestFailure,
    events: readonly PendingEvent[],
  ): HandlerResult {
    const { log, metrics, onUpdate, executions } = this.options;
    const delayMs = this.backoff.failed(kind, correlationId, retryAfterMs);
    metrics.retried.inc();
    log.warn({ detail, delayMs, pending: executions.backlog().events }, 'audit delivery failed; retrying');
    this.refusal = state === 'refused' ? detail : undefined;
    if (state === 'refused') for (const owner of new Set(events.map((event) => event.owner))) onUpdate(owner);
    return { requeueAfterMs: delayMs };
  }

  /** Milliseconds until the next of these events is due for a query; undefined if none will be. */
  private untilRecheckMs(events: readonly PendingEvent[]): number | undefined {
    const due = events.flatMap(({ state }) => (isUnverified(state) ? [state.recheckAtMs] : []));
    return due.length === 0 ? undefined : Math.max(0, Math.min(...due) - this.options.clock.elapsedMs());
  }
}
