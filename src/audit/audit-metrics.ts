import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { InjectMetric } from '../metrics/metric.ts';
import { metrics } from '../metrics/metrics.ts';
import type { FinalState } from './outbox.ts';

/** Why an event is not in the audit trail and will not be. */
export type LossReason = Exclude<FinalState, 'recorded'>;

const lossReasons: readonly LossReason[] = ['refused', 'notConfirmed', 'tooOld', 'abandoned'];

/** Counts what has become of audit events. */
@Injectable()
export class AuditMetrics {
  constructor(
    @InjectMetric(metrics.auditDelivered) private readonly deliveredTotal: Pick<Counter, 'inc'>,
    @InjectMetric(metrics.auditRetries) private readonly retriesTotal: Pick<Counter, 'inc'>,
    @InjectMetric(metrics.auditLost) private readonly lostTotal: Pick<Counter, 'inc'>,
  ) {
    // From the start, so that the first loss is an increase.
    for (const reason of lossReasons) lostTotal.inc({ reason }, 0);
  }

  /** An event is recorded. */
  delivered(): void {
    this.deliveredTotal.inc();
  }

  /** A request has failed, and is made again. */
  retried(): void {
    this.retriesTotal.inc();
  }

  /** An event is not recorded, and never will be. */
  lost(reason: LossReason): void {
    this.lostTotal.inc({ reason });
  }
}
