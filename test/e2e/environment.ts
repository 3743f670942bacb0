import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { KubernetesClient } from '../../src/kubernetes/client.ts';
import { loadKubeConfigFiles } from '../../src/kubernetes/kube-config.ts';
import type { PooledKubeConfig } from '../../src/kubernetes/pooled-kube-config.ts';
import { createNamespace } from '../integration/support/namespace.ts';
import type { TestNamespace } from '../integration/support/namespace.ts';
import { kubectl } from '../support/product.ts';
import { serviceKubeconfig } from '../support/service-account.ts';
import { publisherFor } from '../support/workflows.ts';
import type { Publisher } from '../support/workflows.ts';

/** What an end-to-end test works with. */
export interface Environment {
  readonly client: KubernetesClient;
  readonly namespace: string;
  readonly publisher: Publisher;
  /** A kubeconfig with the rights of the service. */
  readonly serviceKubeconfig: string;
  /** Settings for a service of this group's own: only its namespace, and no election with those of other groups. */
  readonly settings: Readonly<Record<string, string>>;
  /** kubectl with the rights of an administrator. */
  kubectl(...args: string[]): Promise<string>;
}

const cluster = {
  kubeconfig: process.env['WFE_TEST_KUBECONFIG'] ?? '',
  kubectl: process.env['WFE_TEST_KUBECTL'] ?? 'kubectl',
  registry: process.env['WFE_TEST_REGISTRY'],
};

/**
 * A group of tests with a namespace of their own, in which workflows may run, on a cluster whose pods are real. Where
 * pods cannot run the tests are skipped, and the group's name says why.
 */
export function describeOnPods(title: string, tests: (environment: () => Environment) => void): void {
  const reason = process.env['WFE_TEST_NO_PODS'];
  if (reason !== undefined) {
    describe.skip(`${title} (skipped: ${reason})`, () => tests(notThere));
    return;
  }
  describe(title, () => {
    let up: { environment: Environment; config: PooledKubeConfig; namespace: TestNamespace; directory: string };
    beforeAll(async () => (up = await setUp()));
    afterAll(async () => {
      await up.namespace.delete();
      await up.config.close();
      await rm(up.directory, { recursive: true });
    });
    tests(() => up.environment);
  });
}

function notThere(): Environment {
  throw new Error('there is no cluster with pods');
}

async function setUp() {
  const config = loadKubeConfigFiles([cluster.kubeconfig]);
  const client = new KubernetesClient(config);
  const namespace = await createNamespace(client, 'e2e');
  await kubectl(cluster, 'create', 'serviceaccount', 'workflow-execution-sa', '-n', namespace.name);
  const directory = await mkdtemp(join(tmpdir(), 'workflow-execution-e2e-'));
  const environment: Environment = {
    client,
    namespace: namespace.name,
    settings: { WFE_WATCH_NAMESPACES: namespace.name, WFE_LEADER_ELECTION: 'false' },
    publisher: publisherFor(cluster),
    serviceKubeconfig: await serviceKubeconfig(cluster, directory),
    kubectl: (...args) => kubectl(cluster, ...args),
  };
  return { environment, config, namespace, directory };
}
