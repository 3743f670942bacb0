import { metrics } from '../../../src/metrics/metrics.ts';
import { type Row, increase, rate, series } from './panel.ts';

/** Whether what is done is recorded. */
export const audit: Row = {
  title: 'Audit trail',
  panels: [
    {
      title: 'Events delivered, requests retried',
      description: 'Retried: data storage failed or refused, and is asked again.',
      unit: 'ops',
      queries: {
        delivered: `sum(${rate(metrics.auditDelivered)})`,
        retried: `sum(${rate(metrics.auditRetries)})`,
      },
    },
    {
      title: 'Events on their way',
      description: 'Grows while data storage is away; executions go on meanwhile.',
      unit: 'short',
      queries: { pending: `max(${series(metrics.auditPending)})` },
    },
    {
      title: 'Age of the oldest',
      description: 'From 15 minutes (WFE_AUDIT_DELETE_WAIT) on the events of deleted executions are given up.',
      unit: 's',
      queries: { oldest: `max(${series(metrics.auditOldest)})` },
    },
    {
      title: 'Events lost, by reason',
      description: 'Not recorded, and never to be. Should be 0; each is in the log, whole.',
      unit: 'short',
      as: 'stack',
      queries: { '{{reason}}': `sum by (reason) (${increase(metrics.auditLost)})` },
    },
  ],
};
