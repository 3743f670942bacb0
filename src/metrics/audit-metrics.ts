import { Injectable } from '@nestjs/common';
import { InjectMetric, makeCounterProvider, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import type { Counter, Gauge } from 'prom-client';

const names = {
  delivered: 'kubernaut_audit_events_delivered_total',
  retried: 'kubernaut_audit_deliveries_retried_total',
  lost: 'kubernaut_audit_events_lost_total',
  pending: 'kubernaut_audit_events_pending',
  oldest: 'kubernaut_audit_oldest_pending_seconds',
} as const;

/** Why an event is not in the audit trail and will not be. */
export type LossReason = 'refused' | 'notConfirmed' | 'tooOld' | 'abandoned';

/** How the audit trail is doing. */
@Injectable()
export class AuditMetrics {
  constructor(
    @InjectMetric(names.delivered) private readonly deliveredTotal: Pick<Counter, 'inc'>,
    @InjectMetric(names.retried) private readonly retriedTotal: Pick<Counter, 'inc'>,
    @InjectMetric(names.lost) private readonly lostTotal: Pick<Counter<'reason'>, 'inc'>,
    @InjectMetric(names.pending) private readonly pending: Pick<Gauge, 'set'>,
    @InjectMetric(names.oldest) private readonly oldest: Pick<Gauge, 'set'>,
  ) {}

  /** An event is recorded. */
  delivered(): void {
    this.deliveredTotal.inc();
  }

  /** A request has failed, and is made again. */
  retried(): void {
    this.retriedTotal.inc();
  }

  /** An event is not recorded, and never will be. */
  lost(reason: LossReason): void {
    this.lostTotal.inc({ reason });
  }

  /** How many events are on their way, and for how many milliseconds the oldest of them. */
  backlog(events: number, oldestMs: number): void {
    this.pending.set(events);
    this.oldest.set(Math.max(0, oldestMs) / 1_000);
  }
}

/** Provides {@link AuditMetrics} and what it counts with. */
export const auditMetrics = [
  makeCounterProvider({ name: names.delivered, help: 'Audit events that are recorded' }),
  makeCounterProvider({
    name: names.retried,
    help: 'Requests to the data storage service that failed and are made again',
  }),
  makeCounterProvider({
    name: names.lost,
    help: 'Audit events that were written to the log, because they are not recorded and will not be',
    labelNames: ['reason'],
  }),
  makeGaugeProvider({ name: names.pending, help: 'Audit events that are not recorded yet' }),
  makeGaugeProvider({ name: names.oldest, help: 'Seconds since the oldest audit event that is not recorded happened' }),
  AuditMetrics,
];
