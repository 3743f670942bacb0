import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startService, type ServiceProcess } from '../../support/service.ts';
import { ReconcilerFixture } from '../reconciler/fixture.ts';
import { serviceCluster } from '../support/cluster.ts';

/** Replicas of the service as processes of their own, which see the API server through a fault proxy. */
export class Replicas {
  readonly fixture = new ReconcilerFixture(serviceCluster());
  readonly #started: ServiceProcess[] = [];
  #directory = '';

  async open(): Promise<this> {
    await this.fixture.open();
    this.#directory = await mkdtemp(join(tmpdir(), 'workflow-execution-replicas-'));
    return this;
  }

  async close(): Promise<void> {
    await Promise.all(this.#started.map((service) => service.stop('SIGKILL')));
    await this.fixture.close();
    await rm(this.#directory, { recursive: true });
  }

  /** Starts a replica and waits until it says that it is ready. */
  async start(settings: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> {
    const { namespace } = this.fixture;
    const kubeconfig = join(this.#directory, 'kubeconfig');
    await writeFile(kubeconfig, kubeconfigFor(this.fixture.proxy.url));
    const service = await startService({
      kubeconfig,
      settings: {
        WFE_NAMESPACE: namespace,
        WFE_CLUSTER_LEASE_NAMESPACE: namespace,
        WFE_WATCH_NAMESPACES: namespace,
        WFE_LEADER_ELECTION: 'false',
        ...settings,
      },
    });
    this.#started.push(service);
    return service;
  }
}

function kubeconfigFor(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'proxy',
    contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'proxy' } }],
    clusters: [{ name: 'proxy', cluster: { server } }],
    users: [{ name: 'proxy', user: {} }],
  });
}
