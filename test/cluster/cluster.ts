import { join } from 'node:path';
import type { Cache } from './cache.ts';
import { removeCluster } from './cleanup.ts';
import { ClusterError } from './errors.ts';
import { lock } from './lock.ts';
import { isReady } from './readiness.ts';
import { kubeconfigPath, readRecord, registryHost, serverUrl, type ClusterRecord, type PodSupport } from './record.ts';
import { isServiceName, serviceNames, type ServiceName } from './services.ts';
import { pushImages } from './start.ts';
import { Supervisor } from './supervisor.ts';

/** A ready Kubernetes cluster, with Tekton from level `tekton` on. */
export interface Cluster {
  /** Whether it is a local cluster; false for an external one named by KUBECONFIG. */
  readonly embedded: boolean;
  readonly name: string;
  /** Directory of its state and logs; empty for an external one. */
  readonly directory: string;
  /** Path of a kubeconfig. */
  readonly kubeconfig: string;
  /** Path of a kubectl. */
  readonly kubectl: string;
  /** `host:port` of a plain-HTTP registry that the nodes and Tekton's bundle resolver reach. */
  readonly registry: string | undefined;
  readonly pods: PodSupport;
  /** URL of the API server. */
  readonly server: string;
  /**
   * Restarts a component, with a grace period of 2 s, on the same ports and data.
   *
   * @param component such as `kube-apiserver`; see {@link serviceNames}
   * @throws ClusterError if it does not become ready, or the cluster is external
   */
  restart(component: string): Promise<void>;
  /** Kills a component by SIGKILL. */
  kill(component: string): Promise<void>;
  /** Starts a stopped component; resolves when it is ready. */
  start(component: string): Promise<void>;
  /** Freezes a component by SIGSTOP: connections stay open and nothing answers. */
  freeze(component: string): void;
  /** Resumes a frozen component. */
  thaw(component: string): void;
  /** Removes the cluster if this process started it; idempotent. */
  stop(): Promise<void>;
}

/** A local cluster. */
export class EmbeddedCluster implements Cluster {
  readonly embedded: boolean;
  readonly name: string;
  readonly directory: string;
  readonly kubeconfig: string;
  readonly kubectl: string;
  readonly registry: string | undefined;
  readonly pods: PodSupport;
  readonly server: string;
  readonly #cache: Cache;
  readonly #removesOnStop: boolean;

  /**
   * @param options.removesOnStop whether `stop` removes it
   *
   * @param options.embedded false if the user named it by KUBECONFIG, so that only the user may change it
   */
  constructor(cache: Cache, record: ClusterRecord, options: { removesOnStop: boolean; embedded?: boolean }) {
    this.embedded = options.embedded ?? true;
    this.name = record.name;
    this.directory = record.directory;
    this.kubeconfig = kubeconfigPath(record.directory);
    this.kubectl = join(record.buildDirectory, 'bin', 'kubectl');
    this.registry = registryHost(record);
    this.pods = record.pods;
    this.server = serverUrl(record);
    this.#cache = cache;
    this.#removesOnStop = options.removesOnStop;
  }

  async restart(component: string): Promise<void> {
    const name = serviceName(component);
    await this.#supervise(async (supervisor) => {
      await supervisor.end(name, 'ask');
      await startAgain(supervisor, name);
    });
  }

  async kill(component: string): Promise<void> {
    const name = serviceName(component);
    await this.#supervise((supervisor) => supervisor.end(name));
  }

  async start(component: string): Promise<void> {
    const name = serviceName(component);
    await this.#supervise((supervisor) => startAgain(supervisor, name));
  }

  freeze(component: string): void {
    new Supervisor(this.#record()).signal(unsandboxed(component), 'SIGSTOP');
  }

  thaw(component: string): void {
    new Supervisor(this.#record()).signal(unsandboxed(component), 'SIGCONT');
  }

  async stop(): Promise<void> {
    if (!this.#removesOnStop) return;
    const held = await lock(this.#cache, `cluster ${this.name}`);
    try {
      await removeCluster(this.directory);
    } finally {
      await held.release();
    }
  }

  /** Under the cluster's lock and with the record on disk: another process may have changed it. */
  async #supervise(action: (supervisor: Supervisor) => Promise<void>): Promise<void> {
    const held = await lock(this.#cache, `cluster ${this.name}`);
    try {
      await action(new Supervisor(this.#record()));
    } finally {
      await held.release();
    }
  }

  #record(): ClusterRecord {
    const record = readRecord(this.directory);
    if (!record) throw new ClusterError(`Cluster ${this.name} has been taken down.`);
    return record;
  }
}

async function startAgain(supervisor: Supervisor, name: ServiceName): Promise<void> {
  await supervisor.start(name);
  await supervisor.waitUntil(name, () => isReady(supervisor.record, name));
  // The registry keeps manifests in memory, so the cluster's images must be pushed again.
  if (name === 'registry') await pushImages(supervisor.record);
}

function serviceName(component: string): ServiceName {
  if (isServiceName(component)) return component;
  throw new ClusterError(`A cluster has no component ${component}; it has ${serviceNames.join(', ')}.`);
}

/** The recorded process of a sandboxed component is its parent, so a stop signal would not reach the component. */
function unsandboxed(component: string): ServiceName {
  if (component === 'containerd' || component === 'kubelet') throw new ClusterError(`${component} cannot be frozen.`);
  return serviceName(component);
}
