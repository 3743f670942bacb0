import { Controller, Get, Module, Res } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { PrometheusController, PrometheusModule } from '@willsoto/nestjs-prometheus';
import type { Response } from 'express';
import { register } from 'prom-client';
import { ReflectorRunner } from '../kubernetes/kubernetes.providers.ts';
import { packageVersion } from '../kubernetes/user-agent.ts';
import { ApiServerMetrics } from './api-server-metrics.ts';
import { metricProviders, readGauge } from './metric.providers.ts';
import { metrics } from './metrics.ts';
import { NextRun } from './next-run.ts';
import { ReflectorMetrics } from './reflector-metrics.ts';

/**
 * Metrics of what all of the service shares: the API server, the reflectors, the build. What a room counts for itself it
 * provides in its own module. Needs KubernetesModule, globally.
 */
@Module({
  providers: [
    ...metricProviders(metrics.apiRequests, metrics.apiRequestDuration, metrics.watchRestarts),
    ApiServerMetrics,
    ReflectorMetrics,
    readGauge(metrics.storedObjects, [ReflectorRunner], ({ reflectors }) =>
      reflectors.map(({ resource, store }) => ({ labels: { resource: resource.plural }, value: store.size })),
    ),
    readGauge(metrics.build, [], () => [
      { labels: { version: packageVersion(), node_version: process.version }, value: 1 },
    ]),
  ],
})
export class MetricsModule {}

/** Collects metrics at most once in a turn of the event loop, which takes some milliseconds: anybody may ask for them. */
@Controller()
class MetricsController extends PrometheusController {
  private readonly collection = new NextRun(() => register.metrics());

  @Get()
  override async index(@Res({ passthrough: true }) response: Response): Promise<string> {
    response.header('Content-Type', register.contentType);
    return this.collection.result();
  }
}

/** Answers GET /metrics with everything that is counted in this process, that of the process itself included; once per process. */
export function metricsPage(): DynamicModule {
  return PrometheusModule.register({
    path: '/metrics',
    defaultMetrics: { enabled: true },
    controller: MetricsController,
  });
}
