import { Module } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { ConfigModule } from '../../../src/config/config.module.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { ApiModule, apiSources } from '../../../src/api/api.module.ts';
import { configureGrpc } from '../../../src/api/grpc/configure-grpc.ts';
import { configureHttp } from '../../../src/api/rest/configure-http.ts';
import { tlsOptions, type ServerCertificate } from '../../../src/connections/server-certificate.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { CLOCK, systemClock } from '../../../src/kubernetes/clock.ts';
import type { FakeClock } from '../../../src/kubernetes/fake-clock.builders.ts';
import { KubernetesModule } from '../../../src/kubernetes/kubernetes.module.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';
import { operatorCaller } from '../../support/callers.ts';
import { sharedCluster } from '../support/cluster.ts';
import { type ApiClient, connectApi } from './api-client.ts';

/** An execution API in the process of a test, without a reconciler. */
export interface RunningApi extends ApiClient {
  stop(): Promise<void>;
}

/** Options of an API in the process of a test. */
export interface RunningApiOptions {
  /** Turns TLS on. */
  readonly certificate?: ServerCertificate;
  /** A clock that the test advances. */
  readonly clock?: FakeClock;
}

@Module({})
class RootModule {}

/**
 * Starts the execution API on free ports, for tests that need settings or faults of their own; others use the replicas of
 * `sharedApi`. Its caller has every right on executions; calls are not limited.
 */
export async function startApi(
  kubeConfig: PooledKubeConfig,
  env: Readonly<Record<string, string>> = {},
  { certificate, clock }: RunningApiOptions = {},
): Promise<RunningApi> {
  const config = {
    ...loadConfig({ WFE_RATE_LIMIT: '0', WFE_DRAIN_DELAY: '0s', ...env }),
    grpc: { host: '127.0.0.1', port: 0 },
  };
  const imports = [
    ConfigModule.forRoot(config),
    KubernetesModule.forRoot({ kubeConfig }),
    KubernetesModule.forResources(apiSources(config)),
    ApiModule,
  ];
  const module = await Test.createTestingModule({ imports: [{ module: RootModule, imports }] })
    .overrideProvider(CLOCK)
    .useValue(clock ?? systemClock)
    .compile();
  const app = module.createNestApplication<NestExpressApplication>({
    bodyParser: false,
    logger: ['error', 'fatal'],
    httpsOptions: certificate && tlsOptions(certificate.current),
  });
  configureHttp(app, certificate);
  const grpcServer = configureGrpc(app, config, certificate);
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  const caller = config.auth === 'none' ? undefined : await operatorCaller(new KubernetesClient(sharedCluster()));
  const addresses = { url: await app.getUrl(), grpcAddress: `127.0.0.1:${grpcServer.port}` };
  const connection = connectApi(addresses, caller);
  return {
    ...connection.api,
    async stop() {
      connection.close();
      let isClosed = false;
      const closed = app.close().finally(() => (isClosed = true));
      // The drain waits on the clock, also for a delay of 0 ms.
      while (clock !== undefined && !isClosed) await clock.advance(0);
      await closed;
    },
  };
}
