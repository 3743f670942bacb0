import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, isObject, parseJson } from './json.ts';
import { processSpace, type ProcessIdentity } from './process.ts';

/** How much of a cluster is started: `api` is etcd and kube-apiserver, `tekton` all but the node, `pods` everything. */
export type ClusterLevel = 'api' | 'tekton' | 'pods';

/** The ports of 127.0.0.1 of one cluster. */
export const portNames = [
  'etcd',
  'etcdPeer',
  'apiServer',
  'registry',
  'kubelet',
  'webhook',
  'webhookProbes',
  'webhookProfiling',
  'webhookMetrics',
  'controllerProbes',
  'controllerProfiling',
  'controllerMetrics',
  'resolversProfiling',
  'resolversMetrics',
] as const;

/** Name of a port. */
export type PortName = (typeof portNames)[number];

/** Whether containers run, or why not. */
export type PodSupport = { readonly available: true } | { readonly available: false; readonly reason: string };

/** Description of a cluster in `record.json` of its directory: enough to use, repair and remove it from any process. */
export interface ClusterRecord {
  readonly name: string;
  readonly directory: string;
  readonly level: ClusterLevel;
  /** `starting` until everything is ready; if its starter has died, the cluster is incomplete. */
  readonly state: 'starting' | 'ready';
  readonly starter: ProcessIdentity;
  /** Scope of its process ids: see {@link processSpace}. */
  readonly processSpace: string;
  /** The process whose exit orphans the cluster; without one it stays until it is taken down. */
  readonly owner: ProcessIdentity | undefined;
  /** The build it runs from. */
  readonly buildDirectory: string;
  readonly ports: Readonly<Record<PortName, number>>;
  /** The administrator's bearer token. */
  readonly token: string;
  /** First three numbers of the pods' /24 subnet, such as `10.88.7`. */
  readonly subnet: string;
  readonly apiServerArgs: readonly string[];
  readonly pods: PodSupport;
  /** The running processes by component. */
  readonly processes: Readonly<Record<string, ProcessIdentity>>;
}

/** Whether a cluster's processes are visible from here. */
export function isLocal(record: ClusterRecord): boolean {
  return record.processSpace === processSpace();
}

/** URL of the API server. */
export function serverUrl(record: ClusterRecord): string {
  return `https://127.0.0.1:${record.ports.apiServer}`;
}

/** `host:port` of the registry, from `tekton` on. */
export function registryHost(record: ClusterRecord): string | undefined {
  return record.level === 'api' ? undefined : `127.0.0.1:${record.ports.registry}`;
}

/** Path of a cluster's kubeconfig. */
export function kubeconfigPath(directory: string): string {
  return join(directory, 'kubeconfig');
}

/** Path of the kubeconfig of Tekton's controller, with the permissions that Tekton ships. */
export function tektonKubeconfigPath(directory: string): string {
  return join(directory, 'tekton.kubeconfig');
}

/** Writes the record atomically. */
export function writeRecord(record: ClusterRecord): void {
  mkdirSync(record.directory, { recursive: true, mode: 0o700 });
  const file = recordFile(record.directory);
  writeFileSync(`${file}.new`, JSON.stringify(record, undefined, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Whether a cluster directory has a record, readable or not. */
export function hasRecord(directory: string): boolean {
  return existsSync(recordFile(directory));
}

function recordFile(directory: string): string {
  return join(directory, 'record.json');
}

/** Reads the record of a cluster directory; undefined if there is none or it is another version's. */
export function readRecord(directory: string): ClusterRecord | undefined {
  try {
    const record = parseJson(readFileSync(recordFile(directory), 'utf8'));
    return isRecord(record) && record.directory === directory ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Validates a record that was read from a file. */
export function isRecord(value: unknown): value is ClusterRecord {
  return isObject(value) && Object.entries(checks).every(([name, check]) => check(value[name]));
}

const isText = (value: unknown) => typeof value === 'string';
const oneOf = (allowed: readonly string[]) => (value: unknown) => allowed.some((text) => text === value);

const checks: Readonly<Record<keyof ClusterRecord, (value: unknown) => boolean>> = {
  name: isText,
  directory: isText,
  level: oneOf(['api', 'tekton', 'pods']),
  state: oneOf(['starting', 'ready']),
  starter: isIdentity,
  processSpace: isText,
  owner: (value) => value === undefined || isIdentity(value),
  buildDirectory: isText,
  ports: (value) => portNames.every((name) => typeof at(value, name) === 'number'),
  token: isText,
  subnet: isText,
  apiServerArgs: (value) => Array.isArray(value) && value.every(isText),
  pods: isPodSupport,
  processes: (value) => isObject(value) && Object.values(value).every(isIdentity),
};

function isIdentity(value: unknown): value is ProcessIdentity {
  return typeof at(value, 'pid') === 'number' && typeof at(value, 'startTime') === 'string';
}

function isPodSupport(value: unknown): value is PodSupport {
  return at(value, 'available') === true || typeof at(value, 'reason') === 'string';
}
