import { credentials } from '@grpc/grpc-js';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ConfigModule } from '../../../src/config/config.module.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { ExecutionModule } from '../../../src/execution/execution.module.ts';
import { configureGrpc } from '../../../src/execution/grpc/configure-grpc.ts';
import { configureHttp } from '../../../src/execution/rest/configure-http.ts';
import { WorkflowExecutionServiceClient } from '../../../src/execution/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { KubernetesModule } from '../../../src/kubernetes/kubernetes.module.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';
import { executionIndexes } from '../../../src/workflow-execution/annotations.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';

/** An execution API of a test's own, without a reconciler. */
export interface RunningApi {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** `127.0.0.1:PORT` */
  readonly grpcAddress: string;
  readonly grpc: WorkflowExecutionServiceClient;
  stop(): Promise<void>;
}

@Module({})
class RootModule {}

/** Starts the execution API on free ports against a cluster. */
export async function startApi(
  kubeConfig: PooledKubeConfig,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningApi> {
  const config = { ...loadConfig(env), grpc: { host: '127.0.0.1', port: 0 } };
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
    { bodyParser: false, logger: ['error', 'fatal'] },
  );
  configureHttp(app);
  const grpcServer = configureGrpc(app, config);
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  const grpcAddress = `127.0.0.1:${grpcServer.port}`;
  const grpc = new WorkflowExecutionServiceClient(grpcAddress, credentials.createInsecure());
  return {
    url: await app.getUrl(),
    grpcAddress,
    grpc,
    stop: async () => {
      grpc.close();
      await app.close();
    },
  };
}
