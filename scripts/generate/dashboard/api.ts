import { metrics } from '../../../src/metrics/metrics.ts';
import { type Row, countRate, quantiles, series } from './panel.ts';

const rest = metrics.httpRequests;
const grpc = metrics.grpcCalls;
/** Excludes watches and logs, whose duration is not a latency. */
const unary = { rest: 'route!~".*/watch/.*|.*/log|other"', grpc: 'grpc_method!~"Watch.*|Stream.*|ServerReflection.*"' };

/** The API from the view of its callers. */
export const api: Row = {
  title: 'Execution API',
  panels: [
    {
      title: 'REST requests by code',
      description: '499: the client disconnected before the response.',
      unit: 'ops',
      as: 'stack',
      queries: { '{{code}}': `sum by (code) (${countRate(rest)})` },
    },
    {
      title: 'gRPC calls by code',
      description: 'A watch counts when it ends: as UNAVAILABLE if its replica shuts down.',
      unit: 'ops',
      as: 'stack',
      queries: { '{{grpc_code}}': `sum by (grpc_code) (${countRate(grpc)})` },
    },
    {
      title: 'Open streams',
      description: 'Open watches and logs over both transports, by replica (WFE_MAX_STREAMS).',
      unit: 'short',
      as: 'stack',
      queries: { '{{pod}}': `max by (pod) (${series(metrics.openStreams)})` },
    },
    {
      title: 'REST latency',
      description: 'Until the response was sent, without watches and logs.',
      unit: 's',
      queries: quantiles(rest, unary.rest),
    },
    {
      title: 'gRPC latency',
      description: 'Until the status was sent, without watches and logs.',
      unit: 's',
      queries: quantiles(grpc, unary.grpc),
    },
    {
      title: 'Certificate expiry',
      description: 'Expiry of the serving certificate; empty without TLS.',
      unit: 'dateTimeFromNow',
      as: 'figure',
      queries: { end: `min(${series(metrics.certificateEnd)} > 0) * 1000` },
    },
  ],
};
