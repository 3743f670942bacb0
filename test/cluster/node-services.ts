import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shortHash } from './cache.ts';
import { findPackages } from './packages.ts';
import { kubeconfigPath, registryHost, type ClusterRecord } from './record.ts';
import type { Service } from './services.ts';
import { ownImages } from './tekton-services.ts';

/** A path in the node's directory, from outside of the node. */
export function nodePath(record: Pick<ClusterRecord, 'directory'>, ...path: string[]): string {
  return join(record.directory, 'node', ...path);
}

/**
 * The same path from inside of the node: short, because Unix socket paths are limited to 107 bytes. Mounted by go/sandbox.
 */
function inside(...path: string[]): string {
  return join('/run/wfe-node', ...path);
}

/** Name of the cgroup of all containers of the cluster in this directory. */
export function cgroupName(directory: string): string {
  return `wfe-${shortHash(directory)}`;
}

/** File in which the sandbox writes the pid of its first process. */
export function sandboxPidFile(record: Pick<ClusterRecord, 'directory'>): string {
  return nodePath(record, 'sandbox.pid');
}

/** File by which a node process signals readiness. A stale one must be removed before the start. */
export function readyFile(record: Pick<ClusterRecord, 'directory'>, service: string): string | undefined {
  if (service === 'sandbox') return sandboxPidFile(record);
  return service === 'containerd' ? nodePath(record, 'c.sock') : undefined;
}

/** The Linux namespaces of containerd, kubelet and all containers, which end with it. */
export function sandbox(record: ClusterRecord): Service {
  return { binary: 'sandbox', args: ['hold', sandboxPidFile(record), nodePath(record)] };
}

/** The machine's containerd with its own configuration and directories. */
export function containerd(): Service {
  return {
    binary: findPackages().containerd ?? 'containerd',
    args: ['--config', inside('containerd.toml')],
    sandboxed: true,
  };
}

/** The kubelet of the only node, `localhost`. */
export function kubelet(record: ClusterRecord): Service {
  return {
    binary: 'kubelet',
    args: [
      `--kubeconfig=${kubeconfigPath(record.directory)}`,
      `--config=${inside('kubelet.yaml')}`,
      `--root-dir=${inside('kubelet')}`,
      `--cert-dir=${inside('pki')}`,
      '--hostname-override=localhost',
    ],
    sandboxed: true,
  };
}

/** Writes the configuration of containerd, its network and the kubelet. */
export function writeNodeConfiguration(record: ClusterRecord): void {
  mkdirSync(nodePath(record, 'cni'), { recursive: true });
  writeFileSync(nodePath(record, 'containerd.toml'), containerdConfiguration(record));
  writeFileSync(nodePath(record, 'cni', '10-pods.conflist'), networkConfiguration(record));
  writeFileSync(nodePath(record, 'kubelet.yaml'), kubeletConfiguration(record));
}

function containerdConfiguration(record: ClusterRecord): string {
  return `version = 2
root = "${inside('containerd')}"
state = "${inside('state')}"

[grpc]
  address = "${inside('c.sock')}"

[plugins."io.containerd.internal.v1.opt"]
  path = "${inside('opt')}"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${registryHost(record)}/${ownImages.pause}"
  # Without CAP_SYS_RESOURCE runc may not lower oom_score_adj, and dies with "can't get final child's PID from pipe: EOF".
  restrict_oom_score_adj = true
  # Network namespaces are mounts too; here they are within the sandbox and go with it, and their interfaces with them.
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "${snapshotterFor(record.directory)}"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${findPackages().cni ?? '/usr/lib/cni'}"
    conf_dir = "${inside('cni')}"
`;
}

/** Address of the Service `kubernetes`: the first of the Service range, and in the certificate of the API server. */
export const apiServerService = '10.96.0.1';

/** Type of an overlay file system in statfs(2). */
const overlayMagic = 0x794c7630;

/** Overlays cannot be mounted on an overlay (inside of a container), so layers are copied there. */
function snapshotterFor(directory: string): 'overlayfs' | 'native' {
  return statfsSync(directory).type === overlayMagic ? 'native' : 'overlayfs';
}

/**
 * Pods reach the machine and nothing else: no masquerading, hence no iptables rules. The route to the Service of the API server
 * leads to the machine too; see test/cluster/service-route.ts.
 */
function networkConfiguration(record: ClusterRecord): string {
  const ranges = [[{ subnet: `${record.subnet}.0/24` }]];
  const routes = [{ dst: `${apiServerService}/32` }];
  const ipam = { type: 'host-local', dataDir: inside('ipam'), ranges, routes };
  return JSON.stringify({ cniVersion: '0.4.0', name: 'pods', plugins: [{ type: 'ptp', ipam }] }, undefined, 2);
}

function kubeletConfiguration(record: ClusterRecord): string {
  const configuration = {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: `unix://${inside('c.sock')}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${cgroupName(record.directory)}`,
    failCgroupV1: false, // kubelet 1.35 otherwise refuses cgroup v1
    failSwapOn: false,
    address: '127.0.0.1',
    port: record.ports.kubelet,
    readOnlyPort: 0,
    healthzPort: 0,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(record.directory, 'pki', 'ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    podLogsDir: inside('logs'),
    volumePluginDir: inside('volume-plugins'),
    evictionHard: { 'imagefs.available': '1%', 'nodefs.available': '1%', 'memory.available': '100Mi' },
    imageGCHighThresholdPercent: 99,
    imageGCLowThresholdPercent: 98,
    makeIPTablesUtilChains: false,
    maxPods: 250,
  };
  return JSON.stringify(configuration, undefined, 2);
}
