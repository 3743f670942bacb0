import { metrics } from '../../../src/metrics/metrics.ts';
import { type Row, countRate, quantiles, series } from './panel.ts';

const rest = metrics.httpRequests;
const grpc = metrics.grpcCalls;
/** Watches and logs are open as long as somebody wants them: that is no latency. */
const unary = { rest: 'route!~".*/watch/.*|.*/log|other"', grpc: 'grpc_method!~"Watch.*|Stream.*|ServerReflection.*"' };

/** What callers see. */
export const api: Row = {
  title: 'Execution API',
  panels: [
    {
      title: 'REST requests, by code',
      description: '499: the caller went away before the answer.',
      unit: 'ops',
      as: 'stack',
      queries: { '{{code}}': `sum by (code) (${countRate(rest)})` },
    },
    {
      title: 'gRPC calls, by code',
      description: 'A watch counts when it ends; with UNAVAILABLE when its replica stops.',
      unit: 'ops',
      as: 'stack',
      queries: { '{{grpc_code}}': `sum by (grpc_code) (${countRate(grpc)})` },
    },
    {
      title: 'Open streams',
      description: 'Watches and logs that are open, over both transports, by replica (WFE_MAX_STREAMS).',
      unit: 'short',
      as: 'stack',
      queries: { '{{pod}}': `max by (pod) (${series(metrics.openStreams)})` },
    },
    {
      title: 'REST latency',
      description: 'Until the answer was out, without watches and logs.',
      unit: 's',
      queries: quantiles(rest, unary.rest),
    },
    {
      title: 'gRPC latency',
      description: 'Until the status was out, without watches and logs.',
      unit: 's',
      queries: quantiles(grpc, unary.grpc),
    },
    {
      title: 'End of the certificate',
      description: 'When the certificate ends that is shown to callers; empty without TLS.',
      unit: 'dateTimeFromNow',
      as: 'figure',
      queries: { end: `min(${series(metrics.certificateEnd)} > 0) * 1000` },
    },
  ],
};
