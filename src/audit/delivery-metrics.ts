import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { InjectMetric } from '../metrics/metric.ts';
import { metrics } from '../metrics/metrics.ts';
import type { LossReason } from './event-state.ts';

const initialLosses: Readonly<Record<LossReason, 0>> = { refused: 0, notConfirmed: 0, tooOld: 0, abandoned: 0 };

/** Counts audit events and requests to data storage. */
@Injectable()
export class DeliveryMetrics {
  constructor(
    @InjectMetric(metrics.auditDelivered) private readonly deliveredTotal: Pick<Counter, 'inc'>,
    @InjectMetric(metrics.auditRetries) private readonly retriesTotal: Pick<Counter, 'inc'>,
    @InjectMetric(metrics.auditLost) private readonly lostTotal: Pick<Counter, 'inc'>,
  ) {
    // From the start, so that the first loss is an increase.
    for (const [reason, count] of Object.entries(initialLosses)) lostTotal.inc({ reason }, count);
  }

  /** An event is recorded. */
  delivered(): void {
    this.deliveredTotal.inc();
  }

  /** A request failed and is retried. */
  retried(): void {
    this.retriesTotal.inc();
  }

  /** An event was given up. */
  lost(reason: LossReason): void {
    this.lostTotal.inc({ reason });
  }
}
