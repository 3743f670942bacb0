import { Inject, Injectable, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Server } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { CONFIG, type Config } from './config/config.ts';
import { operationsConnections } from './config/limits.ts';
import type { Address } from './config/rules.ts';
import { settings } from './config/settings.ts';
import { ConnectionLimits } from './connections/connection-limits.ts';
import { limitTimes } from './connections/http-limits.ts';
import { listenInParallel } from './connections/listen-in-parallel.ts';
import { healthPages } from './health/health.controller.ts';
import { HealthModule } from './health/health.module.ts';
import { Liveness } from './health/liveness.ts';
import { Readiness } from './health/readiness.ts';
import { StartupProbe } from './health/startup-probe.ts';
import { listen } from './listen.ts';
import { metricsPage } from './metrics/metrics.module.ts';
import { ReconcilerModule } from './reconciler/reconciler.module.ts';

/**
 * The ports for operators: metrics and health, over plain HTTP without authentication. They open when the application
 * initializes and close with the process, so that probes are answered during a shutdown too.
 */
@Injectable()
class OperationsPorts implements OnModuleInit {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly liveness: Liveness,
    private readonly readiness: Readiness,
    private readonly startup: StartupProbe,
  ) {}

  /** @throws ListenError */
  async onModuleInit(): Promise<void> {
    const { config, liveness, readiness, startup } = this;
    await listen(settings.metrics, config.metrics, () => serve(metricsPage(), config.metrics));
    const probes = {
      livez: () => liveness.check(),
      readyz: () => readiness.check(),
      startupz: () => startup.check(),
    };
    await listen(settings.health, config.health, () => serve(healthPages(probes), config.health));
  }
}

/** Serves pages on a port of their own that does not keep the process alive. */
async function serve(pages: DynamicModule, address: Address): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(pages, { abortOnError: false, bodyParser: false });
  app.disable('x-powered-by');
  const server: unknown = app.getHttpServer();
  if (!(server instanceof Server)) throw new Error('not an HTTP server');
  limitTimes(server);
  // One request per connection: Node.js would answer hundreds of pipelined ones with 503 in one turn of the event loop, and
  // announce the end of the connection without closing it.
  server.maxRequestsPerSocket = 1;
  app.use((_request: Request, response: Response, next: NextFunction) => {
    response.setHeader('Connection', 'close');
    next();
  });
  server.on('dropRequest', (_request, socket) => socket.destroy());
  new ConnectionLimits(operationsConnections).applyTo(server);
  await app.init();
  await listenInParallel(server, address);
  server.unref();
}

/** Metrics and health of this process. */
@Module({})
export class OperationsModule {
  static forRoot({ roles }: Pick<Config, 'roles'>): DynamicModule {
    return {
      module: OperationsModule,
      // Liveness observes the work queue of the reconciler.
      imports: [HealthModule, ...(roles.includes('controller') ? [ReconcilerModule] : [])],
      providers: [Liveness, OperationsPorts],
    };
  }
}
