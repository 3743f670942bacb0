import type { DynamicModule, INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Server } from 'node:http';
import type { Config } from './config/config.ts';
import type { Address } from './config/rules.ts';
import { settings } from './config/settings.ts';
import { ConnectionLimits } from './connections/connection-limits.ts';
import { limitTimes } from './connections/http-limits.ts';
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

/**
 * How many connections each of the two has open. Both answer short requests only, so that a probe, which takes the place of the
 * oldest connection, is answered whatever others hold open.
 */
const connectionCaps = { total: 100, perAddress: 25 };

/** Serves a page of its own, which does not keep the process from ending. */
async function serve(page: DynamicModule, { host, port }: Address): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(page, { abortOnError: false, bodyParser: false });
  app.disable('x-powered-by');
  const server: unknown = app.getHttpServer();
  if (!(server instanceof Server)) throw new Error('the page is not served over HTTP');
  limitTimes(server);
  // One request per connection: Node.js would answer hundreds of pipelined ones with 503 in one turn of the event loop.
  server.maxRequestsPerSocket = 1;
  server.on('dropRequest', (_request, socket) => socket.destroy());
  new ConnectionLimits(connectionCaps).applyTo(server);
  await app.listen(port, host);
  server.unref();
}
