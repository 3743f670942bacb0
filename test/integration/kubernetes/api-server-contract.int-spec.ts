import { afterAll, beforeAll, describe } from '@jest/globals';
import { describeApiServerContract } from '../../../src/kubernetes/api-server-contract.builders.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';
import { sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';

let config: PooledKubeConfig;
let client: KubernetesClient;
let namespace: TestNamespace;

beforeAll(async () => {
  config = sharedCluster();
  client = new KubernetesClient(config);
  namespace = await createNamespace(client, 'contract');
});

afterAll(async () => {
  await namespace.delete();
  await config.close();
});

describe('kube-apiserver', () => {
  describeApiServerContract(() => ({ client, namespace: namespace.name }));
});
