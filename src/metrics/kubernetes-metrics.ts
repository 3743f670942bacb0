import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Counter, Histogram } from 'prom-client';
import type { SentRequest } from '../kubernetes/transport.ts';
import { PooledKubeConfig } from '../kubernetes/pooled-kube-config.ts';
import { InjectMetric } from './metric.ts';
import { metrics } from './metrics.ts';
import { ReflectorRunner } from '../kubernetes/kubernetes.providers.ts';

/** Counts the requests of all clients to the API server. */
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
    // client-go's code for a request without a response.
    this.requests.inc({ code: status ?? '<error>', method, host });
    this.durations.observe({ verb: method, host }, tookMs / 1_000);
  }
}

/** Counts failed lists and watches of the reflectors. */
@Injectable()
export class ReflectorMetrics implements OnModuleInit {
  constructor(
    private readonly runner: ReflectorRunner,
    @InjectMetric(metrics.watchRestarts) private readonly restarts: Pick<Counter, 'inc'>,
  ) {}

  /** All reflectors exist and none runs yet. */
  onModuleInit(): void {
    for (const reflector of this.runner.reflectors) {
      const { plural: resource } = reflector.resource;
      this.restarts.inc({ resource }, 0);
      reflector.onFailure(() => this.restarts.inc({ resource }));
    }
  }
}
