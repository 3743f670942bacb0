import { metrics } from '../../../src/metrics/metrics.ts';
import { type Row, rate, series } from './panel.ts';

/** The processes of the replicas. */
export const process: Row = {
  title: 'Process',
  panels: [
    {
      title: 'CPU',
      description: 'Cores in use, by replica. There is no limit; 1 is the most that the event loop alone can use.',
      unit: 'short',
      queries: { '{{pod}}': `sum by (pod) (${rate('process_cpu_seconds_total')})` },
    },
    {
      title: 'Memory',
      description: 'Resident memory and memory limit by replica.',
      unit: 'bytes',
      queries: {
        '{{pod}}': `max by (pod) (${series('process_resident_memory_bytes')})`,
        'limit of {{pod}}': `max by (pod) (${series(metrics.memoryLimit)})`,
      },
    },
    {
      title: 'Event loop delay',
      description: 'The 99th percentile. Leases are renewed on this loop: seconds are dangerous.',
      unit: 's',
      queries: { '{{pod}}': `max by (pod) (${series('nodejs_eventloop_lag_p99_seconds')})` },
    },
    {
      title: 'Versions',
      description: 'Replicas by version; more than one version only during an upgrade.',
      unit: 'short',
      as: 'figure',
      queries: {
        '{{version}} on Node.js {{node_version}}': `sum by (version, node_version) (${series(metrics.build)})`,
      },
    },
  ],
};
