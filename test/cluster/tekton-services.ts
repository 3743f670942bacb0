import { kubeconfigPath, registryHost, tektonKubeconfigPath, type ClusterRecord } from './record.ts';
import type { Service } from './services.ts';

/** The cluster's own images in its registry. */
export const ownImages = { busybox: 'busybox:1', pause: 'pause:1', entrypoint: 'entrypoint:1' } as const;

interface TektonPorts {
  readonly profiling: number;
  readonly metrics: number;
  readonly probes?: number;
}

/** The environment that Tekton's Deployments set, with this cluster's ports. */
function environment(component: string, namespace: string, metricsDomain: string, ports: TektonPorts) {
  return {
    SYSTEM_NAMESPACE: namespace,
    KUBERNETES_MIN_VERSION: 'v1.28.0',
    CONFIG_LOGGING_NAME: 'config-logging',
    CONFIG_OBSERVABILITY_NAME: 'config-observability',
    CONFIG_FEATURE_FLAGS_NAME: 'feature-flags',
    CONFIG_DEFAULTS_NAME: 'config-defaults',
    CONFIG_SPIRE: 'config-spire',
    CONFIG_LEADERELECTION_NAME: `config-leader-election-${component}`,
    METRICS_DOMAIN: metricsDomain,
    METRICS_PROMETHEUS_HOST: '127.0.0.1',
    METRICS_PROMETHEUS_PORT: String(ports.metrics),
    PROFILING_PORT: String(ports.profiling),
    ...(ports.probes && { PROBES_PORT: String(ports.probes) }),
  };
}

/** Tekton's admission and conversion webhook. */
export function tektonWebhook(record: ClusterRecord): Service {
  const { webhookProfiling: profiling, webhookMetrics: metrics, webhookProbes: probes } = record.ports;
  return {
    binary: 'tekton-webhook',
    args: [`--kubeconfig=${kubeconfigPath(record.directory)}`],
    env: {
      ...environment('webhook', 'tekton-pipelines', 'tekton.dev/pipeline', { profiling, metrics, probes }),
      WEBHOOK_ADMISSION_CONTROLLER_NAME: 'webhook.pipeline.tekton.dev',
      WEBHOOK_SERVICE_NAME: 'tekton-pipelines-webhook',
      WEBHOOK_SECRET_NAME: 'webhook-certs',
      WEBHOOK_PORT: String(record.ports.webhook),
    },
  };
}

/** Tekton's controller of PipelineRuns and TaskRuns. */
export function tektonController(record: ClusterRecord): Service {
  const { controllerProfiling: profiling, controllerMetrics: metrics, controllerProbes: probes } = record.ports;
  const image = (name: keyof typeof ownImages) => `${registryHost(record)}/${ownImages[name]}`;
  return {
    binary: 'tekton-controller',
    args: [
      `--kubeconfig=${tektonKubeconfigPath(record.directory)}`,
      `--entrypoint-image=${image('entrypoint')}`,
      `--nop-image=${image('entrypoint')}`,
      `--sidecarlogresults-image=${image('entrypoint')}`,
      `--workingdirinit-image=${image('entrypoint')}`,
      `--shell-image=${image('busybox')}`,
      '--shell-image-win=none',
    ],
    env: environment('controller', 'tekton-pipelines', 'tekton.dev/pipeline', { profiling, metrics, probes }),
  };
}

/** Tekton's resolvers: bundles from registries, and others. */
export function tektonResolvers(record: ClusterRecord): Service {
  const { resolversProfiling: profiling, resolversMetrics: metrics } = record.ports;
  return {
    binary: 'tekton-resolvers',
    args: [`--kubeconfig=${kubeconfigPath(record.directory)}`],
    env: environment('resolvers', 'tekton-pipelines-resolvers', 'tekton.dev/resolution', { profiling, metrics }),
  };
}
