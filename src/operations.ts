import type { DynamicModule, INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Server } from 'node:http';
import type { Config } from './config/config.ts';
import type { Address } from './config/rules.ts';
import { settings } from './config/settings.ts';
import { healthPage } from './health/health-page.ts';
import { Liveness } from './health/liveness.ts';
import { Readiness } from './health/readiness.ts';
import { StartUp } from './health/start-up.ts';
import { systemClock } from './kubernetes/clock.ts';
import { WorkQueue } from './kubernetes/work-queue.ts';
import { listen } from './listen.ts';
import { metricsPage } from './metrics/metrics.module.ts';

/**
 * Opens the two doors for those who run the service: metrics and health, over plain HTTP and to anybody, as Prometheus and
 * the kubelet ask. They open before the API does and close with the process, so that there is an answer all the time.
 *
 * @returns to be called when the API listens
 * @throws ListenError
 */
export async function openOperations(
  app: INestApplicationContext,
  config: Pick<Config, 'metrics' | 'health' | 'roles'>,
): Promise<() => void> {
  const queue = config.roles.includes('controller') ? app.get(WorkQueue, { strict: false }) : undefined;
  const liveness = new Liveness(queue, systemClock);
  const readiness = app.get(Readiness, { strict: false });
  const startUp = app.get(StartUp, { strict: false });
  const checks = {
    live: () => liveness.findings(),
    ready: () => readiness.look(),
    started: () => startUp.findings(),
  };
  void liveness.beat(new AbortController().signal);
  await listen(settings.metrics, config.metrics, () => serve(metricsPage(), config.metrics));
  await listen(settings.health, config.health, () => serve(healthPage(checks), config.health));
  return () => startUp.listening();
}

/** Serves a page of its own, which does not keep the process from ending. */
async function serve(page: DynamicModule, { host, port }: Address): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(page, { abortOnError: false, bodyParser: false });
  app.disable('x-powered-by');
  await app.listen(port, host);
  const server: unknown = app.getHttpServer();
  if (server instanceof Server) server.unref();
}
