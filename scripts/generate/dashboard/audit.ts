import { metrics } from '../../../src/metrics/metrics.ts';
import { type Row, increase, rate, series } from './panel.ts';

/** Delivery of audit events. */
export const audit: Row = {
  title: 'Audit trail',
  panels: [
    {
      title: 'Events delivered, requests retried',
      description: 'Retried: requests that failed or were rejected.',
      unit: 'ops',
      queries: {
        delivered: `sum(${rate(metrics.auditDelivered)})`,
        retried: `sum(${rate(metrics.auditRetries)})`,
      },
    },
    {
      title: 'Events pending',
      description: 'Grows while data storage is unavailable; executions are not affected.',
      unit: 'short',
      queries: { pending: `max(${series(metrics.auditPending)})` },
    },
    {
      title: 'Age of the oldest pending event',
      description: 'After 15 minutes (WFE_AUDIT_DELETE_WAIT) the events of deleted executions are given up.',
      unit: 's',
      queries: { oldest: `max(${series(metrics.auditOldest)})` },
    },
    {
      title: 'Events lost by reason',
      description: 'Events given up; each is in the log in full. Should be 0.',
      unit: 'short',
      as: 'stack',
      queries: { '{{reason}}': `sum by (reason) (${increase(metrics.auditLost)})` },
    },
  ],
};
