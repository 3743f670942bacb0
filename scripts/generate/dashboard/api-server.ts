import { metrics } from '../../../src/metrics/metrics.ts';
import { type Row, increase, quantiles, rate, series } from './panel.ts';

/** Requests to the API server, and the caches. */
export const apiServer: Row = {
  title: 'API server requests',
  panels: [
    {
      title: 'Requests by code',
      description: '409: a compare-and-swap conflict, which is normal; <error>: no response.',
      unit: 'ops',
      as: 'stack',
      queries: { '{{code}}': `sum by (code) (${rate(metrics.apiRequests)})` },
    },
    {
      title: 'Latency',
      description: 'Time to the response headers.',
      unit: 's',
      queries: quantiles(metrics.apiRequestDuration),
    },
    {
      title: 'Watch restarts',
      description: 'Relists after a failed list or watch; regular ends of a watch do not count.',
      unit: 'short',
      queries: { '{{resource}} {{pod}}': `sum by (resource, pod) (${increase(metrics.watchRestarts)})` },
    },
    {
      title: 'Objects in the informer cache',
      description: 'Every replica caches all of them.',
      unit: 'short',
      queries: { '{{resource}}': `max by (resource) (${series(metrics.storedObjects)})` },
    },
  ],
};
