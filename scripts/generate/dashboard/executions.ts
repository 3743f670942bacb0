import { metrics } from '../../../src/metrics/metrics.ts';
import { type Row, increase, quantiles, rate, series } from './panel.ts';

/** Executions and target locks. */
export const executions: Row = {
  title: 'Executions',
  panels: [
    {
      title: 'Finished executions by outcome',
      description: 'Finished executions per second. Each is counted once, by the replica that wrote its final status.',
      unit: 'ops',
      as: 'stack',
      queries: { '{{outcome}}': `sum by (outcome) (${rate(metrics.executions)})` },
    },
    {
      title: 'Duration of workflows',
      description: 'From start to completion of a PipelineRun, over all workflows. The histogram ends at 30 minutes.',
      unit: 's',
      queries: quantiles(metrics.executionDuration),
    },
    {
      title: 'Current executions by phase',
      description: 'Pending should be near 0: executions start within seconds.',
      unit: 'short',
      as: 'stack',
      queries: { '{{phase}}': `max by (phase) (${series(metrics.executionsNow)})` },
    },
    {
      title: 'Oldest Pending execution and oldest lock',
      description: 'Alerts fire at 10 minutes for a Pending execution, and at 2 hours for a lock.',
      unit: 's',
      queries: {
        'oldest Pending': `max(${series(metrics.oldestPending)})`,
        'oldest lock': `max(${series(metrics.lockLongestHeld)})`,
      },
    },
    {
      title: 'Pauses',
      description: 'Pauses of all namespaces (cluster) and of single ones (namespace) in force.',
      unit: 'short',
      queries: { '{{scope}}': `max by (scope) (${series(metrics.pauses)})` },
    },
    {
      title: 'Failures by reason',
      description: 'status.failure.reason of failed executions.',
      unit: 'short',
      as: 'stack',
      queries: { '{{reason}}': `sum by (reason) (${increase(metrics.failures)})` },
    },
    {
      title: 'Skips by reason',
      description:
        'ResourceBusy: another execution has the target. RecentlyRemediated: the cooldown of the same workflow. Restored: restored from a backup.',
      unit: 'short',
      as: 'stack',
      queries: { '{{reason}}': `sum by (reason) (${increase(metrics.skips)})` },
    },
    {
      title: 'Expired executions',
      description: 'Finished executions deleted because of their TTL, or of the limit of their namespace.',
      unit: 'short',
      as: 'stack',
      queries: { '{{reason}}': `sum by (reason) (${increase(metrics.expirations)})` },
    },
    {
      title: 'Failed creations of PipelineRuns',
      description: 'Rejected by the API server, or without a response. Should be 0.',
      unit: 'short',
      queries: { refused: `sum(${increase(metrics.creationErrors)})` },
    },
    {
      title: 'Lock contention',
      description:
        'held: another execution has the target. conflict: the lock was changed concurrently; the attempt is retried.',
      unit: 'short',
      queries: { '{{cause}}': `sum by (cause) (${increase(metrics.lockContention)})` },
    },
    {
      title: 'Finished executions by workflow',
      description: 'The ten most frequent workflows. Beyond 100 workflows a replica counts the rest as "other".',
      unit: 'ops',
      queries: { '{{workflow_id}}': `topk(10, sum by (workflow_id) (${rate(metrics.executions)}))` },
    },
  ],
};
