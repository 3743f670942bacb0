import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { loadKubeConfigFiles } from '../../../src/kubernetes/kube-config.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';
import { ownAnnotations } from '../../../src/workflow-execution/metadata.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { startCluster, type Cluster } from '../../cluster/index.ts';
import { testedVersions } from '../../prove/tested-versions.ts';
import { bind } from '../../support/callers.ts';
import { applyProduct, kubectl } from '../../support/product.ts';
import { until } from '../../support/until.ts';
import { FaultProxy } from '../support/fault-proxy.ts';

const policy = join(import.meta.dirname, '../../../deploy/components/created-by/policy.yaml');
const { createdBy } = ownAnnotations;

const namespace = 'created-by';
/** Milliseconds for a first build of this version on two busy cores. */
const startMs = 900_000;

// Mutating admission policies are stable from Kubernetes 1.36, which is newer than that of the other tests.
describe('components/created-by', () => {
  let cluster: Cluster;
  let config: PooledKubeConfig;
  let kubernetes: KubernetesClient;
  /** For requests on behalf of others. */
  let proxy: FaultProxy;

  beforeAll(async () => {
    const versions = testedVersions.find(({ name }) => name === 'newest');
    cluster = await startCluster({ name: `created-by-${process.pid}`, level: 'api', ignoreKubeconfig: true, versions });
    await applyProduct(cluster);
    await kubectl(cluster, 'create', 'namespace', namespace);
    config = loadKubeConfigFiles([cluster.kubeconfig]);
    kubernetes = new KubernetesClient(config);
    proxy = await new FaultProxy(config).listen();
    await bind(kubernetes, 'workflow-execution-operator', { namespace, name: 'alice' }, { namespace });
    await bind(kubernetes, 'workflow-execution-api', { namespace, name: 'service' }, 'everywhere');
    await kubectl(cluster, 'apply', '--server-side', '-f', policy);
    let probes = 0;
    const isStamped = async () => (await creatorOf('alice', `probe-${(probes += 1)}`)) === nameOf('alice');
    await until('the rights and the policy are in force', () => isStamped().catch(() => false));
  }, startMs);

  afterAll(async () => {
    await proxy.close();
    await config.close();
    await cluster.stop();
  });

  const nameOf = (user: string) => `system:serviceaccount:${namespace}:${user}`;

  /** Creates an execution as a user, and returns its creator as stored. */
  async function creatorOf(
    user: string,
    name: string,
    annotations?: Record<string, string>,
  ): Promise<string | undefined> {
    const client = new KubernetesClient(proxy.kubeConfig({ impersonateUser: nameOf(user) }));
    const { kind } = workflowExecutionResource;
    const metadata = { name, namespace, annotations };
    const spec = aSpec({ targetResource: `${namespace}/deployment/api` });
    const object = { apiVersion: workflowExecutionApiVersion, kind, metadata, spec };
    const stored = await client.create(workflowExecutionResource, object);
    return stored.metadata.annotations?.[createdBy];
  }

  it('names the creator, beside annotations of the creator', async () => {
    await expect(creatorOf('alice', 'plain')).resolves.toBe(nameOf('alice'));
    await expect(creatorOf('alice', 'annotated', { note: 'mine' })).resolves.toBe(nameOf('alice'));
    const { metadata } = await kubernetes.get(workflowExecutionResource, { namespace, name: 'annotated' });
    expect(metadata.annotations).toMatchObject({ note: 'mine' });
  });

  it('keeps the caller whom the API names', async () => {
    await expect(creatorOf('service', 'by-api', { [createdBy]: 'alice' })).resolves.toBe('alice');
  });

  it('refuses the name of another creator', async () => {
    await expect(creatorOf('alice', 'forged', { [createdBy]: 'root' })).rejects.toThrow('are set by the service only');
  });
});
