import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ConfigModule } from '../../src/config/config.module.ts';
import { loadConfig } from '../../src/config/config.ts';
import { ExecutionModule } from '../../src/execution/execution.module.ts';
import { configureGrpc } from '../../src/execution/grpc/configure-grpc.ts';
import { configureHttp } from '../../src/execution/rest/configure-http.ts';
import { loadKubeConfig } from '../../src/kubernetes/kube-config.ts';
import { getReflectorToken, KubernetesModule } from '../../src/kubernetes/kubernetes.module.ts';
import type { Reflector } from '../../src/kubernetes/reflector.ts';
import { executionIndexes } from '../../src/workflow-execution/annotations.ts';
import type { WorkflowExecution } from '../../src/workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../../src/workflow-execution/resource.ts';

const settings = { WFE_AUTH: 'none', WFE_MAX_STREAMS: '100000', WFE_MAX_STREAMS_PER_CALLER: '100000' };

/** Starts the execution API on free ports; resolves when it has read the cluster. */
export async function startServer(): Promise<{ readonly url: string; readonly grpcAddress: string }> {
  const config = { ...loadConfig(settings), grpc: { host: '127.0.0.1', port: 0 } };
  const imports = [
    ConfigModule.forRoot(config),
    KubernetesModule.forRoot({ kubeConfig: loadKubeConfig() }),
    KubernetesModule.forResources([{ resource: workflowExecutionResource, indexes: executionIndexes }]),
    ExecutionModule,
  ];
  const app = await NestFactory.create<NestExpressApplication>(
    { module: class Benchmarked {}, imports },
    { bodyParser: false, logger: ['error', 'fatal'] },
  );
  configureHttp(app);
  const grpcServer = configureGrpc(app, config);
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  await app.get<Reflector<WorkflowExecution>>(getReflectorToken(workflowExecutionResource)).synced();
  return { url: await app.getUrl(), grpcAddress: `127.0.0.1:${grpcServer.port}` };
}
