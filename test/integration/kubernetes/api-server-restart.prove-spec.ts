import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { Discovery } from '../../../src/kubernetes/discovery.ts';
import { loadKubeConfigFiles } from '../../../src/kubernetes/kube-config.ts';
import type { KubernetesObject } from '../../../src/kubernetes/kubernetes-object.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';
import { startCluster, type Cluster } from '../../cluster/index.ts';
import { aConfigMap, configMaps } from '../support/config-map.ts';
import { until } from '../../support/until.ts';
import { startReflector, type RunningReflector } from './running-reflector.ts';

const minute = 60_000;
const namespace = 'default';

let cluster: Cluster;
let config: PooledKubeConfig;
let client: KubernetesClient;
let mirror: RunningReflector;

beforeAll(async () => {
  cluster = await startCluster({ level: 'api', owner: 'process', ignoreKubeconfig: true });
  config = loadKubeConfigFiles([cluster.kubeconfig]);
  client = new KubernetesClient(config);
  mirror = startReflector(loadKubeConfigFiles([cluster.kubeconfig]), { timing: { idleTimeoutMs: 3_000 } });
  await mirror.reflector.waitForSync(AbortSignal.timeout(minute));
}, 10 * minute);

afterAll(async () => {
  await mirror?.stop();
  await config?.close();
  await cluster?.stop();
}, minute);

const create = (name: string) => client.create(configMaps, aConfigMap(namespace, name));

describe('a reflector continues after', () => {
  it(
    'an API server that is restarted',
    async () => {
      await create('before-restart');
      await cluster.restart('kube-apiserver');
      await create('after-restart');
      await until('it sees what came after', () => mirror.names().includes('after-restart'));
      expect(mirror.names()).toContain('before-restart');
      expect(mirror.changes.filter((change) => change === 'added before-restart')).toHaveLength(1);
    },
    2 * minute,
  );

  it(
    'an API server that is killed while objects change',
    async () => {
      await create('deleted-unseen');
      await until('it sees it', () => mirror.names().includes('deleted-unseen'));
      await cluster.kill('kube-apiserver');
      await until('it has noticed', () => mirror.reflector.failure !== undefined);
      const lists = mirror.lists();
      await cluster.start('kube-apiserver');
      await client.delete(configMaps, { namespace, name: 'deleted-unseen' });
      await until('it sees the deletion', () => !mirror.names().includes('deleted-unseen'));
      expect(mirror.lists()).toBeGreaterThan(lists);
      expect(mirror.reflector.failure).toBeUndefined();
    },
    2 * minute,
  );

  it(
    'an API server that hangs for a while',
    async () => {
      cluster.freeze('kube-apiserver');
      try {
        await until('it has noticed', () => mirror.reflector.failure !== undefined);
      } finally {
        cluster.thaw('kube-apiserver');
      }
      await create('after-freeze');
      await until('it sees what came after', () => mirror.names().includes('after-freeze'), minute);
    },
    2 * minute,
  );

  it(
    '410 from an API server that has compacted the resource version',
    async () => {
      // A freshly started API server remembers no events from before its start.
      const old = await create('old');
      await create('newer');
      await cluster.restart('kube-apiserver');
      const query = { namespace, resourceVersion: '2', timeoutSeconds: 5 };
      const events = client.watch(configMaps, query, { idleTimeoutMs: 10_000 });
      const first = await events.next();
      await events.return(undefined);
      expect(first.value).toMatchObject({ type: 'ERROR', error: { code: 'Gone', reason: 'Expired' } });
      await client.delete(configMaps, old.metadata);
      await until('the reflector does not mind', () => !mirror.names().includes('old'));
    },
    2 * minute,
  );
});

describe('API discovery', () => {
  it('names the group of an unavailable aggregated API, and has all others', async () => {
    const { signal } = new AbortController();
    const discovery = new Discovery(client, { minIntervalMs: 0 });
    const apiServices = {
      ...{ group: 'apiregistration.k8s.io', version: 'v1', plural: 'apiservices', kind: 'APIService' },
      ...{ namespaced: false, parse: (raw: unknown) => raw as KubernetesObject },
    };
    const service = { namespace: 'default', name: 'away', port: 443 };
    const spec = { group: 'away.test', version: 'v1', groupPriorityMinimum: 100, versionPriority: 100, service };
    await client.create(apiServices, {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1.away.test' },
      spec: { ...spec, insecureSkipTLSVerify: true },
    });

    let found = await discovery.latest(signal);
    await until('it is listed', async () => {
      found = await discovery.since(new Date(), signal);
      return found.staleGroups.length > 0;
    });

    expect(found.staleGroups).toEqual(['away.test']);
    expect(found.kinds).toContainEqual({
      ...{ group: 'apps', kind: 'Deployment', plural: 'deployments', singular: 'deployment' },
      ...{ shortNames: ['deploy'], namespaced: true },
    });
  });
});
