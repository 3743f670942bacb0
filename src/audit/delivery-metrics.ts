import { Injectable, type Provider } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { InjectMetric, metricProviders } from '../metrics/metric.ts';
import { metrics } from '../metrics/metrics.ts';
import { lossReasons } from './event-state.ts';

/** Counters of the delivery. */
@Injectable()
export class DeliveryMetrics {
  constructor(
    @InjectMetric(metrics.auditDelivered) readonly delivered: Pick<Counter, 'inc'>,
    @InjectMetric(metrics.auditRetries) readonly retried: Pick<Counter, 'inc'>,
    @InjectMetric(metrics.auditLost) readonly lost: Pick<Counter, 'inc'>,
  ) {
    // From the start, so that the first loss is an increase.
    for (const reason of lossReasons) lost.inc({ reason }, 0);
  }
}

export const deliveryMetrics: readonly Provider[] = [
  ...metricProviders(metrics.auditDelivered, metrics.auditRetries, metrics.auditLost),
  DeliveryMetrics,
];
