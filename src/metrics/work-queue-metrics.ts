import { Injectable, type Provider } from '@nestjs/common';
import type { Counter, Histogram } from 'prom-client';
import { WorkQueue, type WorkQueueObserver, type WorkResult } from '../kubernetes/work-queue.ts';
import { InjectMetric, metricProviders, readGauge } from './metric.ts';
import { metrics } from './metrics.ts';

export const queueName = 'executions';

/** Label of the controller, named by the kind as in controller-runtime. */
export const controller = { controller: 'workflowexecution' } as const;

const name = { name: queueName } as const;

/** Metrics of the work queue, with the names of client-go and controller-runtime. */
@Injectable()
export class WorkQueueMetrics implements WorkQueueObserver {
  constructor(
    @InjectMetric(metrics.queueAdds) private readonly adds: Pick<Counter, 'inc'>,
    @InjectMetric(metrics.queueRetries) private readonly retries: Pick<Counter, 'inc'>,
    @InjectMetric(metrics.queueWait) private readonly waits: Pick<Histogram, 'observe'>,
    @InjectMetric(metrics.queueWork) private readonly works: Pick<Histogram, 'observe'>,
    @InjectMetric(metrics.reconciles) private readonly reconciles: Pick<Counter, 'inc'>,
    @InjectMetric(metrics.reconcileErrors) private readonly errors: Pick<Counter, 'inc'>,
    @InjectMetric(metrics.reconcileTime) private readonly times: Pick<Histogram, 'observe'>,
  ) {
    // Start at 0, so that the first occurrence is an increase.
    for (const result of ['success', 'requeue_after', 'error']) reconciles.inc({ ...controller, result }, 0);
    errors.inc(controller, 0);
    for (const count of [adds, retries]) count.inc(name, 0);
  }

  added(): void {
    this.adds.inc(name);
  }

  started(waitedMs: number): void {
    this.waits.observe(name, waitedMs / 1_000);
  }

  ended(workedMs: number, result: WorkResult): void {
    this.works.observe(name, workedMs / 1_000);
    this.times.observe(controller, workedMs / 1_000);
    this.reconciles.inc({ ...controller, result });
    if (result === 'error') this.errors.inc(controller);
  }

  retried(): void {
    this.retries.inc(name);
  }
}

export const workQueueMetrics: readonly Provider[] = [
  ...metricProviders(
    metrics.queueAdds,
    metrics.queueRetries,
    metrics.queueWait,
    metrics.queueWork,
    metrics.reconciles,
    metrics.reconcileErrors,
    metrics.reconcileTime,
  ),
  WorkQueueMetrics,
  readGauge(metrics.queueDepth, [WorkQueue], ({ length }) => [{ labels: name, value: length }]),
  readGauge(metrics.queueUnfinished, [WorkQueue], (queue) => [
    { labels: name, value: queue.processingTimesMs().reduce((sum, ms) => sum + ms, 0) / 1_000 },
  ]),
  readGauge(metrics.queueLongest, [WorkQueue], (queue) => [
    { labels: name, value: Math.max(0, ...queue.processingTimesMs()) / 1_000 },
  ]),
  readGauge(metrics.activeWorkers, [WorkQueue], ({ inFlight }) => [{ labels: controller, value: inFlight }]),
];
