import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

const overlay = join(import.meta.dirname, '..', '..', 'deploy', 'overlays', 'local');
const service = 'workflow-execution';

/** Ports of 127.0.0.1 of a deployed service's pods, the controller's last. */
export const portNames = ['http', 'grpc', 'health', 'metrics', 'controllerHealth', 'controllerMetrics'] as const;
/** A port for each of {@link portNames}. */
export type ServicePorts = Readonly<Record<(typeof portNames)[number], number>>;

/** Parameters of deploy/overlays/local for a local cluster. */
export interface LocalDeployment {
  /** `host:port/repository`, without a tag. */
  readonly image: string;
  readonly tag: string;
  /** URL of the API server. */
  readonly server: string;
  readonly ports: ServicePorts;
}

/** Writes a kustomization of the local overlay, for `kubectl apply -k DIRECTORY`. */
export async function writeLocalOverlay(directory: string, deployment: LocalDeployment): Promise<void> {
  const kustomization = localKustomization(relative(directory, overlay), deployment);
  await writeFile(join(directory, 'kustomization.yaml'), JSON.stringify(kustomization, undefined, 2));
}

function localKustomization(base: string, { image, tag, server, ports }: LocalDeployment) {
  const { http, grpc, health, metrics, controllerHealth, controllerMetrics } = ports;
  const ofController = {
    WFE_HEALTH_ADDRESS: `127.0.0.1:${controllerHealth}`,
    WFE_METRICS_ADDRESS: `127.0.0.1:${controllerMetrics}`,
  };
  const patches = [
    settingsPatch(ports),
    deploymentPatch('api', server, {}, { http, grpc, health, metrics }),
    deploymentPatch('controller', server, ofController, { health: controllerHealth, metrics: controllerMetrics }),
  ];
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [base],
    images: [{ name: `quay.io/kubernaut/${service}`, newName: image, newTag: tag }],
    patches: patches.map((patch) => ({ patch: JSON.stringify(patch) })),
  };
}

function settingsPatch({ http, grpc, health, metrics }: ServicePorts) {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `${service}-settings`, namespace: 'kubernaut-system' },
    data: {
      WFE_HTTP_ADDRESS: `127.0.0.1:${http}`,
      WFE_GRPC_ADDRESS: `127.0.0.1:${grpc}`,
      WFE_HEALTH_ADDRESS: `127.0.0.1:${health}`,
      WFE_METRICS_ADDRESS: `127.0.0.1:${metrics}`,
    },
  };
}

function deploymentPatch(
  role: 'api' | 'controller',
  server: string,
  settings: Readonly<Record<string, string>>,
  ports: Readonly<Record<string, number>>,
) {
  const { hostname, port } = new URL(server);
  const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port, ...settings };
  const container = {
    name: role,
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
    // Ports are merged by number.
    ports: [{ $patch: 'replace' }, ...Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort }))],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `${service}-${role}`, namespace: 'kubernaut-system' },
    spec: { template: { spec: { containers: [container] } } },
  };
}
