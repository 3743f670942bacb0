import { metrics } from '../../../src/metrics/metrics.ts';
import { type Row, increase, quantiles, rate, series } from './panel.ts';

/** What the service is for. */
export const executions: Row = {
  title: 'Executions',
  panels: [
    {
      title: 'Executions that ended, by outcome',
      description: 'How many executions end a second. Each is counted once, by the replica that wrote its end.',
      unit: 'ops',
      as: 'stack',
      queries: { '{{outcome}}': `sum by (outcome) (${rate(metrics.executions)})` },
    },
    {
      title: 'How long workflows take',
      description:
        'From the start of a PipelineRun to its end, over all workflows. Beyond 30 minutes there is no telling.',
      unit: 's',
      queries: quantiles(metrics.executionDuration),
    },
    {
      title: 'Executions now, by phase',
      description: 'Pending should be next to none: what can start does so within seconds.',
      unit: 'short',
      as: 'stack',
      queries: { '{{phase}}': `max by (phase) (${series(metrics.executionsNow)})` },
    },
    {
      title: 'Oldest Pending, longest lock',
      description: 'Alerts fire at 10 minutes of Pending, and at 2 hours of a lock.',
      unit: 's',
      queries: {
        'oldest Pending': `max(${series(metrics.oldestPending)})`,
        'longest lock': `max(${series(metrics.lockLongestHeld)})`,
      },
    },
    {
      title: 'Failures, by reason',
      description: 'status.failure.reason of executions that failed.',
      unit: 'short',
      as: 'stack',
      queries: { '{{reason}}': `sum by (reason) (${increase(metrics.failures)})` },
    },
    {
      title: 'Skips, by reason',
      description:
        'ResourceBusy: another execution has the target. RecentlyRemediated: the same workflow cools down on it. Restored: it came from a backup.',
      unit: 'short',
      as: 'stack',
      queries: { '{{reason}}': `sum by (reason) (${increase(metrics.skips)})` },
    },
    {
      title: 'PipelineRuns that were not taken',
      description: 'Tries to create a PipelineRun that the API server refused, or did not answer. Should be 0.',
      unit: 'short',
      queries: { refused: `sum(${increase(metrics.creationErrors)})` },
    },
    {
      title: 'Contended targets',
      description:
        'held: another execution has the target. conflict: the lock changed under a write, and was looked at again.',
      unit: 'short',
      queries: { '{{cause}}': `sum by (cause) (${increase(metrics.lockContention)})` },
    },
    {
      title: 'Executions that ended, by workflow',
      description: 'The ten workflows that ended most often. Beyond 100 different ones a replica counts under "other".',
      unit: 'ops',
      queries: { '{{workflow_id}}': `topk(10, sum by (workflow_id) (${rate(metrics.executions)}))` },
    },
  ],
};
