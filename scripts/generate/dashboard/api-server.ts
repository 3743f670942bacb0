import { metrics } from '../../../src/metrics/metrics.ts';
import { type Row, increase, quantiles, rate, series } from './panel.ts';

/** How the service gets along with Kubernetes. */
export const apiServer: Row = {
  title: 'API server, as its client sees it',
  panels: [
    {
      title: 'Requests, by code',
      description: '409 is the compare-and-swap at work; <error>: no answer came.',
      unit: 'ops',
      as: 'stack',
      queries: { '{{code}}': `sum by (code) (${rate(metrics.apiRequests)})` },
    },
    {
      title: 'Latency',
      description: 'Until the API server began to answer.',
      unit: 's',
      queries: quantiles(metrics.apiRequestDuration),
    },
    {
      title: 'Watches that broke off',
      description: 'After each everything is listed again. Ends in good order do not count.',
      unit: 'short',
      queries: { '{{resource}} {{pod}}': `sum by (resource, pod) (${increase(metrics.watchRestarts)})` },
    },
    {
      title: 'Objects in memory',
      description: 'What is mirrored of the cluster; every replica has all of it.',
      unit: 'short',
      queries: { '{{resource}}': `max by (resource) (${series(metrics.storedObjects)})` },
    },
  ],
};
