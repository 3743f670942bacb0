import { HttpAdapterHost, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Logger } from 'nestjs-pino';
import { configureGrpc } from './api/grpc/configure-grpc.ts';
import { configureHttp } from './api/rest/configure-http.ts';
import { AppModule } from './app.module.ts';
import { ConfigError, loadConfig, type Config, withPodNamespace } from './config/config.ts';
import { settings } from './config/settings.ts';
import { CertificateError } from './connections/certificate-files.ts';
import { listenInParallel } from './connections/listen-in-parallel.ts';
import { ServerCertificate, tlsOptions } from './connections/server-certificate.ts';
import { ClusterIncompleteError, requireResources } from './health/preflight.ts';
import { returnIdleMemory } from './idle-memory.ts';
import { KubernetesClient } from './kubernetes/client.ts';
import { KubeConfigError } from './kubernetes/errors.ts';
import { loadKubeConfig, requireCluster } from './kubernetes/kube-config.ts';
import { nestLogger } from './kubernetes/kubernetes.providers.ts';
import type { PooledKubeConfig } from './kubernetes/pooled-kube-config.ts';
import { packageVersion } from './kubernetes/user-agent.ts';
import { listen, ListenError } from './listen.ts';
import { certificateLog, silenceLibraries } from './logging.ts';
import { AnotherInstallationError, requireOnlyInstallation } from './reconciler/installation.ts';
import { pipelineRunResource } from './tekton/pipeline-run.ts';
import { startTracing } from './tracing/tracing.module.ts';
import { workflowExecutionResource } from './workflow-execution/resource.ts';

/** Resources that the cluster must serve. */
const required = [
  { ...workflowExecutionResource, remedy: 'Apply the CRD: kubectl apply --server-side -k crds' },
  { ...pipelineRunResource, remedy: 'Install Tekton Pipelines v1: https://tekton.dev/docs/installation/pipelines/' },
];

/**
 * Starts the service; SIGTERM and SIGINT stop it, with exit code 0 after a graceful shutdown.
 *
 * @throws Error if it cannot start; {@link describeStartError} formats it
 */
export async function start(): Promise<void> {
  silenceLibraries();
  const config = loadConfig(withPodNamespace(process.env));
  const kubeConfig = loadKubeConfig();
  await checkCluster(kubeConfig, config);
  const tracing = await startTracing(process.env, packageVersion());
  const isApi = config.roles.includes('api');
  const certificate = isApi && config.tlsCertFile !== '' ? new ServerCertificate(config) : undefined;
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(config, kubeConfig, tracing), {
    abortOnError: false,
    bodyParser: false,
    bufferLogs: true,
    httpsOptions: certificate && tlsOptions(certificate.current),
  });
  app.useLogger(app.get(Logger));
  app.flushLogs();
  tracing.logTo(nestLogger('Tracing'));
  certificate?.follow(certificateLog(), new AbortController().signal);
  // Without `useProcessExit` Nest would end the process with a second signal.
  app.enableShutdownHooks([...shutdownSignals], { useProcessExit: true });
  returnIdleMemory();
  exitOnSecondSignal();
  if (isApi) await serveApi(app, config, certificate);
  else await app.init();
}

async function checkCluster(kubeConfig: PooledKubeConfig, config: Config): Promise<void> {
  const client = new KubernetesClient(kubeConfig);
  await requireCluster(client, kubeConfig);
  await requireResources(client, required);
  await requireOnlyInstallation(client, config);
}

/** Opens the ports of the API, gRPC first: its port is checked before the controller starts to work. */
async function serveApi(app: NestExpressApplication, config: Config, certificate?: ServerCertificate): Promise<void> {
  const { grpc, http } = config;
  configureHttp(app, certificate);
  configureGrpc(app, config, certificate);
  await listen(settings.grpc, grpc, () => app.startAllMicroservices());
  await app.init();
  await listen(settings.http, http, () => listenInParallel(app.getHttpServer(), http));
  // As app.listen does.
  app.get(HttpAdapterHost).listening = true;
}

const shutdownSignals = ['SIGTERM', 'SIGINT'] as const;

/** The first signal shuts down gracefully, the second one exits immediately. */
function exitOnSecondSignal(): void {
  let signals = 0;
  for (const signal of shutdownSignals) {
    process.on(signal, () => {
      signals += 1;
      if (signals > 1) process.exit(1);
    });
  }
}

/** Describes an error that prevented the start; with its stack only if it is unexpected. */
export function describeStartError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const expected = [
    ConfigError,
    CertificateError,
    KubeConfigError,
    ClusterIncompleteError,
    AnotherInstallationError,
    ListenError,
  ];
  return expected.some((kind) => error instanceof kind) ? error.message : (error.stack ?? error.message);
}
