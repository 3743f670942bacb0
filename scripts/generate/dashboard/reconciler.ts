import { metrics } from '../../../src/metrics/metrics.ts';
import { type Row, quantiles, rate, series } from './panel.ts';

/** The control loop, of which one replica at a time is in charge. */
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
      title: 'Queue of the leader',
      description: 'Executions that wait to be looked at. The other replicas fill their queues and do not empty them.',
      unit: 'short',
      queries: { waiting: `max(${series(metrics.queueDepth)} * on (pod) ${series(metrics.leader)})` },
    },
    {
      title: 'Wait on the queue',
      description: 'How long an execution waits until it is looked at. Backoffs are not part of it.',
      unit: 's',
      queries: quantiles(metrics.queueWait),
    },
    {
      title: 'Time of a pass',
      description: 'How long one look at an execution takes, requests to the API server included.',
      unit: 's',
      queries: quantiles(metrics.reconcileTime),
    },
    {
      title: 'Passes, by result',
      description: 'error: the pass failed, and comes back after a backoff. requeue_after: it asked to be back later.',
      unit: 'ops',
      as: 'stack',
      queries: { '{{result}}': `sum by (result) (${rate(metrics.reconciles)})` },
    },
    {
      title: 'Executions in work',
      description: 'At the limit (WFE_WORKERS) for long: the queue grows.',
      unit: 'short',
      queries: {
        'in work': `max(${series(metrics.activeWorkers)})`,
        limit: `max(${series(metrics.maxWorkers)})`,
      },
    },
    {
      title: 'Queue: added and retried',
      description: 'Added is what watches, resyncs and retries ask to be looked at. Retried should be next to none.',
      unit: 'ops',
      queries: {
        added: `sum(${rate(metrics.queueAdds)})`,
        retried: `sum(${rate(metrics.queueRetries)})`,
        errors: `sum(${rate(metrics.reconcileErrors)})`,
      },
    },
    {
      title: 'Work that goes on',
      description: 'How long what is in work has been so. At 20 minutes the kubelet restarts the replica.',
      unit: 's',
      queries: {
        longest: `max(${series(metrics.queueLongest)})`,
        'all together': `max(${series(metrics.queueUnfinished)})`,
      },
    },
    {
      title: 'Time of work',
      description: 'As the queue sees it, under the name that dashboards of other controllers use.',
      unit: 's',
      queries: quantiles(metrics.queueWork),
    },
  ],
};
