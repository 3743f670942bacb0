import type { Provider } from '@nestjs/common';
import { metricProviders, readGauge } from '../metrics/metric.ts';
import { metrics } from '../metrics/metrics.ts';
import { CallMetrics } from './grpc/call-metrics.ts';
import { RequestMetrics } from './rest/request-telemetry.ts';
import { OpenStreams } from './call/open-streams.ts';
import { CertificateEnd } from '../connections/certificate-end.ts';

/** What the execution API measures of its calls. */
export const apiMetrics: readonly Provider[] = [
  ...metricProviders(metrics.httpRequests, metrics.grpcCalls),
  RequestMetrics,
  CallMetrics,
  readGauge(metrics.openStreams, [OpenStreams], ({ size }) => [{ value: size }]),
  CertificateEnd,
  readGauge(metrics.certificateEnd, [CertificateEnd], ({ seconds }) => [{ value: seconds }]),
];
