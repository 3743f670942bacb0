import { Injectable } from '@nestjs/common';
import type { Counter, Histogram } from 'prom-client';
import type { SentRequest } from '../kubernetes/transport.ts';
import { PooledKubeConfig } from '../kubernetes/pooled-kube-config.ts';
import { InjectMetric } from './metric.providers.ts';
import { metrics } from './metrics.ts';

/** Counts every request to the API server, whichever client sends it. */
@Injectable()
export class ApiServerMetrics {
  private readonly host: string;

  constructor(
    kubeConfig: PooledKubeConfig,
    @InjectMetric(metrics.apiRequests) private readonly requests: Pick<Counter, 'inc'>,
    @InjectMetric(metrics.apiRequestDuration) private readonly durations: Pick<Histogram, 'observe'>,
  ) {
    this.host = new URL(kubeConfig.server).host;
    kubeConfig.observe = (request) => this.count(request);
  }

  private count({ method, status, tookMs }: SentRequest): void {
    const { host } = this;
    // Without an answer the code is the word of client-go.
    this.requests.inc({ code: status ?? '<error>', method, host });
    this.durations.observe({ verb: method, host }, tookMs / 1_000);
  }
}
