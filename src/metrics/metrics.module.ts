import { totalmem } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Controller, Get, Module, Res, type DynamicModule } from '@nestjs/common';
import { PrometheusController, PrometheusModule } from '@willsoto/nestjs-prometheus';
import type { Response } from 'express';
import { register } from 'prom-client';
import { ReflectorRunner, type RunningReflector } from '../kubernetes/kubernetes.providers.ts';
import { packageVersion } from '../kubernetes/user-agent.ts';
import { ApiServerMetrics, ReflectorMetrics } from './kubernetes-metrics.ts';
import { metricProviders, readGauge, type Reading } from './metric.ts';
import { metrics } from './metrics.ts';

/** Metrics of the API server, the reflectors and the build; other modules provide their own. Needs KubernetesModule. */
@Module({
  providers: [
    ...metricProviders(metrics.apiRequests, metrics.apiRequestDuration, metrics.watchRestarts),
    ApiServerMetrics,
    ReflectorMetrics,
    readGauge(metrics.storedObjects, [ReflectorRunner], ({ reflectors }) => storedObjects(reflectors)),
    readGauge(metrics.memoryLimit, [], () => [{ value: memoryLimit() }]),
    readGauge(metrics.build, [], () => [
      { labels: { version: packageVersion(), node_version: process.version }, value: 1 },
    ]),
  ],
})
export class MetricsModule {}

/** In bytes. Without a limit of its own, a process may be reported to have none or that of a 64-bit number. */
function memoryLimit(): number {
  return Math.min(process.constrainedMemory() || Infinity, totalmem());
}

/** The number of objects of each resource in all caches; of a cache that is being read, those read so far. */
function storedObjects(reflectors: readonly RunningReflector[]): readonly Reading[] {
  const byResource = Map.groupBy(reflectors, ({ resource }) => resource.plural);
  return [...byResource].map(([resource, caches]) => {
    return {
      labels: { resource },
      value: caches.reduce((sum, { hasSynced, store, objectsRead }) => sum + (hasSynced ? store.size : objectsRead), 0),
    };
  });
}

/** GET /metrics. One collection, which takes some milliseconds, serves all requests of a turn of the event loop. */
@Controller()
export class MetricsController extends PrometheusController {
  private collection: Promise<string> | undefined;

  @Get()
  override async index(@Res({ passthrough: true }) response: Response): Promise<string> {
    response.header('Content-Type', register.contentType);
    return (this.collection ??= this.collect());
  }

  private async collect(): Promise<string> {
    await setImmediate();
    this.collection = undefined;
    return register.metrics();
  }
}

/** Serves GET /metrics with all metrics of this process; once per process. */
export function metricsPage(): DynamicModule {
  return PrometheusModule.register({
    path: '/metrics',
    defaultMetrics: { enabled: true },
    controller: MetricsController,
  });
}
