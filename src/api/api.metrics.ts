import type { Provider } from '@nestjs/common';
import { metricProviders, readGauge } from '../metrics/metric.ts';
import { metrics } from '../metrics/metrics.ts';
import { CallObserver } from './call/call-observer.ts';
import { OpenStreams } from './call/open-streams.ts';
import { CertificateExpiry } from '../connections/server-certificate.ts';

/** The metrics of the execution API. */
export const apiMetrics: readonly Provider[] = [
  ...metricProviders(metrics.httpRequests, metrics.grpcCalls),
  CallObserver,
  readGauge(metrics.openStreams, [OpenStreams], ({ size }) => [{ value: size }]),
  CertificateExpiry,
  readGauge(metrics.certificateEnd, [CertificateExpiry], ({ seconds }) => [{ value: seconds }]),
];
