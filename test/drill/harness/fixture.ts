import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pushBundle } from '../../cluster/images.ts';
import type { Cluster } from '../../cluster/index.ts';
import { readRecord } from '../../cluster/record.ts';
import { createNamespaces, createSubmitter } from '../../chaos/harness/namespaces.ts';
import { RetryingApi } from '../../chaos/harness/retrying-api.ts';
import { WaitController } from '../../chaos/harness/wait-controller.ts';
import { waitWorkflow } from '../../chaos/harness/wait-workflow.ts';
import { Feed } from '../../chaos/observer/feed.ts';
import { serviceKubeconfig } from '../../support/service-account.ts';
import { Connections } from '../client/connections.ts';
import type { DrillSize } from '../size.ts';
import { Certificates } from './certificates.ts';
import { Replicas } from './replicas.ts';
import { EtcdWatcher } from './etcd-watcher.ts';

/** Options of a drill's fixture. */
export interface FixtureOptions {
  /** Also the name of its namespace. */
  readonly name: string;
  /** A local cluster with Tekton and the product's manifests, for this drill alone. */
  readonly cluster: Cluster;
  readonly size: DrillSize;
  /** Whether clients and replicas use TLS. */
  readonly tls: boolean;
  /** Where logs go; emptied first. */
  readonly directory: string;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** The participants of a drill: a cluster, two ready replicas of each role, and observers. */
export interface Fixture {
  readonly cluster: Cluster;
  readonly size: DrillSize;
  readonly namespace: string;
  readonly api: Replicas;
  readonly controllers: Replicas;
  readonly etcdWatcher: EtcdWatcher;
  readonly certificates: Certificates;
  readonly connections: Connections;
  /** Bundle of a workflow with one waiting task. */
  readonly image: string;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  /** Resolves when the watcher has observed everything up to this call. */
  readonly caughtUp: () => Promise<void>;
  /** Stops everything. */
  readonly close: () => Promise<void>;
}

/**
 * Starts everything that a drill needs.
 *
 * @throws Error if the cluster is unsuitable or a replica does not start
 */
export async function openFixture(options: FixtureOptions): Promise<Fixture> {
  const { cluster, name, size, directory, log, signal } = options;
  const record = readRecord(cluster.directory);
  if (record === undefined || cluster.registry === undefined) throw new Error('A drill needs a cluster with Tekton');
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const namespace = `drill-${name}`;
  const namespaces = { executions: [namespace], service: 'kubernaut-system' };
  const store = new RetryingApi(record, signal);
  const etcdWatcher = new EtcdWatcher(namespace);
  const waiting = new WaitController(store, (error) => log(`a task could not be ended: ${String(error)}`));
  const feed = new Feed(`http://127.0.0.1:${record.ports.etcd}`);
  feed.onChange((change) => {
    etcdWatcher.observe(change);
    waiting.observe(change);
  });
  await feed.start();
  await createNamespaces(store, namespaces);
  const token = await createSubmitter(store, namespaces);
  const { ref: image } = await pushBundle(cluster.registry, 'workflows/drill:1', {
    pipelineName: 'workflow',
    yaml: waitWorkflow,
  });
  const certificates = new Certificates(join(directory, 'certificates'));
  if (options.tls) await certificates.create();
  const replicasOf = async (role: 'api' | 'controller', settings: Readonly<Record<string, string>>) => {
    const kubeconfig = await serviceKubeconfig(cluster, directory, role);
    return new Replicas({ role, kubeconfig, settings, directory, log });
  };
  const api = await replicasOf('api', { ...settingsOf(size), ...certificates.settings });
  const controllers = await replicasOf('controller', settingsOf(size));
  const connections = new Connections({ token, ca: certificates.ca });
  const close = async () => {
    await Promise.all([api.close(), controllers.close()]);
    await connections.close();
    waiting.stop();
    store.close();
    await feed.stop();
  };
  try {
    await Promise.all([api, api, controllers, controllers].map((replicas) => replicas.add()));
  } catch (error) {
    await close();
    throw error;
  }
  const watched = { cluster, size, namespace, api, controllers, etcdWatcher, certificates, connections, image };
  return { ...watched, log, signal, caughtUp: () => feed.caughtUp(), close };
}

function settingsOf({ lease, drain }: DrillSize): Readonly<Record<string, string>> {
  return {
    WFE_LEADER_LEASE: `${lease}s`,
    WFE_DRAIN_DELAY: `${drain}s`,
    // A few clients represent many callers.
    WFE_RATE_LIMIT: '0',
  };
}
