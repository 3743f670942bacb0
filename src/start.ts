import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Logger } from 'nestjs-pino';
import { AppModule } from './app.module.ts';
import { ConfigError, loadConfig, unknownVariables } from './config/config.ts';
import type { Config } from './config/config.ts';
import { settings } from './config/settings.ts';
import { withPodNamespace } from './config/pod-namespace.ts';
import { configureGrpc } from './api/grpc/configure-grpc.ts';
import { configureHttp } from './api/rest/configure-http.ts';
import { CertificateError } from './connections/certificate-files.ts';
import { ServerCertificate, tlsOptions } from './connections/server-certificate.ts';
import { ClusterIncompleteError, requireResources } from './health/preflight.ts';
import { KubernetesClient } from './kubernetes/client.ts';
import { KubeConfigError } from './kubernetes/errors.ts';
import { loadKubeConfig, requireCluster } from './kubernetes/kube-config.ts';
import { getReflectorToken } from './kubernetes/kubernetes.module.ts';
import { nestLogger } from './kubernetes/kubernetes.providers.ts';
import type { PooledKubeConfig } from './kubernetes/pooled-kube-config.ts';
import type { Reflector } from './kubernetes/reflector.ts';
import { packageVersion } from './kubernetes/user-agent.ts';
import { listen, ListenError, textOf } from './listen.ts';
import { certificateLog, logGrpc } from './logging.ts';
import { openOperations } from './operations.ts';
import { AnotherInstallationError, requireOnlyInstallation } from './reconciler/installation.ts';
import { pipelineRunResource } from './tekton/pipeline-run.ts';
import { startTracing, type Tracing } from './tracing/tracing.ts';
import type { WorkflowExecution } from './workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from './workflow-execution/resource.ts';

/** What has to be on a cluster before the service can work on it. */
const required = [
  { ...workflowExecutionResource, remedy: 'Apply the CRD: kubectl apply --server-side -k deploy/base' },
  { ...pipelineRunResource, remedy: 'Install Tekton Pipelines v1: https://tekton.dev/docs/installation/pipelines/' },
];

/**
 * Starts the service, and resolves when it is ready; from then on signals end it.
 *
 * @throws Error when it can not start; {@link sentenceFor} has the words for it
 */
export async function start(): Promise<void> {
  const config = loadConfig(withPodNamespace(process.env));
  const kubeConfig = loadKubeConfig();
  await checkCluster(kubeConfig, config);
  const tracing = await startTracing(process.env, packageVersion());
  const hasTls = config.roles.includes('api') && config.tlsCertFile !== '';
  const certificate = hasTls ? new ServerCertificate(config) : undefined;
  const app = await createApplication(config, kubeConfig, certificate, tracing);
  const listening = await openOperations(app, config);
  const served = await serveApi(app, config);
  listening();
  const log = app.get(Logger);
  for (const variable of unknownVariables(process.env)) log.warn({ variable, msg: 'not a setting of this service' });
  await app.get<Reflector<WorkflowExecution>>(getReflectorToken(workflowExecutionResource)).waitForSync();
  log.log({ roles: config.roles, ...served, msg: 'ready' });
}

/**
 * Opens the ports of the API; a process without that role has none, and only begins its work.
 *
 * @returns where the API is served, for the log
 */
async function serveApi(
  app: NestExpressApplication,
  { roles, grpc, http }: Config,
): Promise<{ readonly http?: string; readonly grpc?: string }> {
  if (!roles.includes('api')) {
    await app.init();
    return {};
  }
  await listen(settings.grpc, grpc, () => app.startAllMicroservices());
  await listen(settings.http, http, () => app.listen(http.port, http.host));
  return { http: textOf(http), grpc: textOf(grpc) };
}

async function checkCluster(kubeConfig: PooledKubeConfig, config: Config): Promise<void> {
  const client = new KubernetesClient(kubeConfig);
  await requireCluster(client, kubeConfig);
  await requireResources(client, required);
  await requireOnlyInstallation(client, config);
}

async function createApplication(
  config: Config,
  kubeConfig: PooledKubeConfig,
  certificate: ServerCertificate | undefined,
  tracing: Tracing,
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(config, kubeConfig, tracing), {
    abortOnError: false,
    bodyParser: false,
    bufferLogs: true,
    httpsOptions: certificate && tlsOptions(certificate.current),
  });
  app.useLogger(app.get(Logger));
  logGrpc(app.get(Logger));
  app.flushLogs();
  tracing.tell(nestLogger('Tracing'));
  if (config.roles.includes('api')) {
    configureHttp(app, certificate);
    configureGrpc(app, config, certificate);
  }
  certificate?.follow(certificateLog(app.get(Logger)), new AbortController().signal);
  app.enableShutdownHooks();
  endAtOnceWhenToldTwice();
  return app;
}

/** The first signal lets everything come to its end; whoever sends a second one does not want to wait for that. */
function endAtOnceWhenToldTwice(): void {
  let told = 0;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      told += 1;
      if (told > 1) process.exit(1);
    });
  }
}

/** What a person needs to know of an error that ended the start; a stack only where it was not foreseen. */
export function sentenceFor(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const foreseen = [
    ConfigError,
    CertificateError,
    KubeConfigError,
    ClusterIncompleteError,
    AnotherInstallationError,
    ListenError,
  ];
  return foreseen.some((kind) => error instanceof kind) ? error.message : (error.stack ?? error.message);
}
