import type { Provider } from '@nestjs/common';
import { metricProviders, readGauge } from '../metrics/metric.ts';
import { metrics } from '../metrics/metrics.ts';
import { AuditTrail } from './audit-trail.ts';
import { DeliveryMetrics } from './delivery-metrics.ts';

/** The metrics of the audit trail. */
export const auditMetrics: readonly Provider[] = [
  ...metricProviders(metrics.auditDelivered, metrics.auditRetries, metrics.auditLost),
  DeliveryMetrics,
  readGauge(metrics.auditPending, [AuditTrail], ({ backlog }) => [{ value: backlog.events }]),
  readGauge(metrics.auditOldest, [AuditTrail], ({ backlog }) => [{ value: backlog.oldestSeconds }]),
];
