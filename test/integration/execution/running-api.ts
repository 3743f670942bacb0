import { credentials } from '@grpc/grpc-js';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ConfigModule } from '../../../src/config/config.module.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { ExecutionModule } from '../../../src/execution/execution.module.ts';
import { configureGrpc } from '../../../src/execution/grpc/configure-grpc.ts';
import { configureHttp } from '../../../src/execution/rest/configure-http.ts';
import { tlsOptions, type ServerCertificate } from '../../../src/execution/tls/server-certificate.ts';
import { WorkflowExecutionServiceClient } from '../../../src/execution/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { KubernetesModule } from '../../../src/kubernetes/kubernetes.module.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';
import { executionIndexes } from '../../../src/workflow-execution/annotations.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { operatorCaller, withToken, type TestCaller } from '../../support/callers.ts';
import { sharedCluster } from '../support/cluster.ts';

/** An execution API of a test's own, without a reconciler. */
export interface RunningApi {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** `127.0.0.1:PORT` */
  readonly grpcAddress: string;
  /** Calls as {@link caller}. */
  readonly grpc: WorkflowExecutionServiceClient;
  /** Who may do everything; there is none where callers are not authenticated. */
  readonly caller?: TestCaller;
  /** The headers with which a request over REST comes from {@link caller}. */
  readonly headers: Readonly<Record<string, string>>;
  /** The same API, called with another token, or without any. */
  as(token: string | undefined): RunningApi;
  stop(): Promise<void>;
}

@Module({})
class RootModule {}

/** Starts the execution API on free ports against a cluster, with a caller that may do everything and as often as it likes. */
export async function startApi(
  kubeConfig: PooledKubeConfig,
  env: Readonly<Record<string, string>> = {},
  certificate?: ServerCertificate,
): Promise<RunningApi> {
  const config = {
    ...loadConfig({ WFE_RATE_LIMIT: '0', WFE_DRAIN_DELAY: '0s', ...env }),
    grpc: { host: '127.0.0.1', port: 0 },
  };
  const imports = [
    ConfigModule.forRoot(config),
    KubernetesModule.forRoot({ kubeConfig }),
    KubernetesModule.forResources([
      { resource: workflowExecutionResource, namespaces: config.watchNamespaces, indexes: executionIndexes },
    ]),
    ExecutionModule,
  ];
  const app = await NestFactory.create<NestExpressApplication>(
    { module: RootModule, imports },
    {
      bodyParser: false,
      logger: ['error', 'fatal'],
      httpsOptions: certificate && tlsOptions(certificate.current),
    },
  );
  configureHttp(app, certificate);
  const grpcServer = configureGrpc(app, config, certificate);
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  const grpcAddress = `127.0.0.1:${grpcServer.port}`;
  const clients: WorkflowExecutionServiceClient[] = [];
  const url = await app.getUrl();
  const as = (token: string | undefined): RunningApi => {
    const interceptors = token === undefined ? [] : [withToken(token)];
    const grpc = new WorkflowExecutionServiceClient(grpcAddress, credentials.createInsecure(), { interceptors });
    clients.push(grpc);
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return { url, grpcAddress, grpc, headers, caller, as, stop };
  };
  const stop = async () => {
    for (const client of clients) client.close();
    await app.close();
  };
  const caller = config.auth === 'none' ? undefined : await operatorCaller(new KubernetesClient(sharedCluster()));
  return as(caller?.token);
}
