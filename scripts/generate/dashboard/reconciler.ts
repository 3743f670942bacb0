import { metrics } from '../../../src/metrics/metrics.ts';
import { type Row, quantiles, rate, series } from './panel.ts';

/** The control loop, which runs on the leader. */
export const reconciler: Row = {
  title: 'Reconciler',
  panels: [
    {
      title: 'Leader',
      description: '1 on the replica that reconciles, 0 on the others. The sum should be 1 at any time.',
      unit: 'short',
      as: 'stack',
      queries: { '{{pod}}': `max by (pod) (${series(metrics.leader)})` },
    },
    {
      title: 'Work queue of the leader',
      description:
        'Executions that wait to be reconciled. The other replicas fill their queues but do not process them.',
      unit: 'short',
      queries: { waiting: `max(${series(metrics.queueDepth)} * on (pod) ${series(metrics.leader)})` },
    },
    {
      title: 'Time in the queue',
      description: 'How long an execution waits to be reconciled, without backoff.',
      unit: 's',
      queries: quantiles(metrics.queueWait),
    },
    {
      title: 'Reconcile duration',
      description: 'Duration of a reconcile, including requests to the API server.',
      unit: 's',
      queries: quantiles(metrics.reconcileTime),
    },
    {
      title: 'Reconciles by result',
      description: 'error: failed, and retried with backoff. requeue_after: requeued after a delay.',
      unit: 'ops',
      as: 'stack',
      queries: { '{{result}}': `sum by (result) (${rate(metrics.reconciles)})` },
    },
    {
      title: 'Active workers',
      description: 'If this stays at the limit (WFE_WORKERS), the queue grows.',
      unit: 'short',
      queries: {
        active: `max(${series(metrics.activeWorkers)})`,
        limit: `max(${series(metrics.maxWorkers)})`,
      },
    },
    {
      title: 'Queue: added and retried',
      description: 'Added by watches, resyncs and retries. Retries should be near 0.',
      unit: 'ops',
      queries: {
        added: `sum(${rate(metrics.queueAdds)})`,
        retried: `sum(${rate(metrics.queueRetries)})`,
        errors: `sum(${rate(metrics.reconcileErrors)})`,
      },
    },
    {
      title: 'Unfinished work',
      description: 'How long current reconciles have been running. At 20 minutes the kubelet restarts the replica.',
      unit: 's',
      queries: {
        longest: `max(${series(metrics.queueLongest)})`,
        total: `max(${series(metrics.queueUnfinished)})`,
      },
    },
    {
      title: 'Work duration',
      description: 'Reconcile duration as measured by the queue, under the metric name of other controllers.',
      unit: 's',
      queries: quantiles(metrics.queueWork),
    },
  ],
};
