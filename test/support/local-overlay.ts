import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

const overlay = join(import.meta.dirname, '..', '..', 'deploy', 'overlays', 'local');
const service = 'workflow-execution';

/** Ports of 127.0.0.1 on which a deployed service listens. */
export interface ServicePorts {
  readonly http: number;
  readonly grpc: number;
  readonly health: number;
  readonly metrics: number;
}

/** What deploy/overlays/local can not know of a local cluster. */
export interface LocalDeployment {
  /** `host:port/repository`, without a tag. */
  readonly image: string;
  readonly tag: string;
  /** URL of the API server. */
  readonly server: string;
  readonly ports: ServicePorts;
  /** Settings (WFE_…) over those of the overlay. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Writes a kustomization of the local overlay for a cluster, to be used with `kubectl apply -k DIRECTORY`. */
export async function writeLocalOverlay(directory: string, deployment: LocalDeployment): Promise<void> {
  const kustomization = localKustomization(relative(directory, overlay), deployment);
  await writeFile(join(directory, 'kustomization.yaml'), JSON.stringify(kustomization, undefined, 2));
}

function localKustomization(base: string, { image, tag, server, ports, settings }: LocalDeployment) {
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [base],
    images: [{ name: `quay.io/kubernaut/${service}`, newName: image, newTag: tag }],
    patches: [
      { patch: JSON.stringify(settingsPatch(ports, settings)) },
      { target: { kind: 'Deployment', name: service }, patch: JSON.stringify(deploymentPatch(server, ports)) },
    ],
  };
}

function settingsPatch({ http, grpc, health, metrics }: ServicePorts, more: Readonly<Record<string, string>> = {}) {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `${service}-settings`, namespace: 'kubernaut-system' },
    data: {
      WFE_HTTP_ADDRESS: `127.0.0.1:${http}`,
      WFE_GRPC_ADDRESS: `127.0.0.1:${grpc}`,
      WFE_HEALTH_ADDRESS: `127.0.0.1:${health}`,
      WFE_METRICS_ADDRESS: `127.0.0.1:${metrics}`,
      ...more,
    },
  };
}

/** In the order in which deploy/ has the ports and the variables: a JSON patch (RFC 6902) knows no names. */
function deploymentPatch(server: string, { http, grpc, health, metrics }: ServicePorts) {
  const container = '/spec/template/spec/containers/0';
  const { hostname, port } = new URL(server);
  const replace = (path: string, value: unknown) => ({ op: 'replace', path: `${container}/${path}`, value });
  return [
    ...[http, grpc, health, metrics].map((value, index) => replace(`ports/${index}/containerPort`, value)),
    replace('env/0/value', hostname),
    replace('env/1/value', port),
  ];
}
