import { Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeApiServerContract } from '../../../src/kubernetes/api-server-contract.builders.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { InjectReflector, KubernetesModule } from '../../../src/kubernetes/kubernetes.module.ts';
import { Reflector } from '../../../src/kubernetes/reflector.ts';
import { requireCluster } from '../../../src/kubernetes/kube-config.ts';
import { sharedCluster } from '../support/cluster.ts';
import { aConfigMap, configMaps, type ConfigMap } from '../support/config-map.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { answer, drop, loseAnswer, reset, resetAfter } from '../support/faults.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../../support/until.ts';

const config = sharedCluster();
const client = new KubernetesClient(config);
let namespace: TestNamespace;
let proxy: FaultProxy;

beforeAll(async () => {
  namespace = await createNamespace(client, 'client');
  proxy = await new FaultProxy(config).listen();
});

afterAll(async () => {
  await proxy.close();
  await namespace.delete();
  await config.close();
});

let count = 0;
const unused = () => aConfigMap(namespace.name, `map-${count++}`, { a: '1' });
const created = () => client.create(configMaps, unused());

describe('an object', () => {
  it('is created, read, listed, replaced, patched and deleted', async () => {
    const one = await created();
    await expect(client.get(configMaps, one.metadata)).resolves.toEqual(one);
    const { items } = await client.list(configMaps, { namespace: namespace.name, labelSelector: 'of=test' });
    expect(items).toContainEqual(one);
    const replaced = await client.replace(configMaps, { ...one, data: { b: '2' } });
    expect(replaced.data).toEqual({ b: '2' });
    const patched = await client.patch(configMaps, one.metadata, { data: { c: '3', b: null } });
    expect(patched.data).toEqual({ c: '3' });
    const operations = [
      { op: 'test', path: '/data/c', value: '3' },
      { op: 'remove', path: '/data/c' },
    ];
    const emptied = await client.patch(configMaps, one.metadata, operations, { type: 'json' });
    expect(emptied.data).toEqual({});
    await client.delete(configMaps, one.metadata, { preconditions: { uid: one.metadata.uid } });
    await expect(client.get(configMaps, one.metadata)).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('is not stored by a dry run', async () => {
    const object = unused();
    await client.create(configMaps, object, { dryRun: true });
    await expect(client.get(configMaps, object.metadata)).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('is listed page by page', async () => {
    for (let i = 0; i < 3; i++) await created();
    const first = await client.list(configMaps, { namespace: namespace.name, limit: 2 });
    expect(first.items).toHaveLength(2);
    const rest = await client.list(configMaps, { namespace: namespace.name, continue: first.continue });
    expect(rest.items.length).toBeGreaterThan(0);
    expect(rest.continue).toBeUndefined();
  });
});

describe('the contract of the fake API server', () => {
  describeApiServerContract(() => ({ client, namespace: namespace.name }));
});

describe('an error response is mapped:', () => {
  const absent = () => ({ namespace: namespace.name, name: 'absent' });
  it.each([
    ['NotFound', 404, async () => client.get(configMaps, absent())],
    ['NotFound', 404, async () => client.list({ ...configMaps, group: 'not.installed', plural: 'things' })],
    ['Invalid', 422, async () => client.create(configMaps, aConfigMap(namespace.name, 'Not_A_Name'))],
    ['Invalid', 400, async () => client.list(configMaps, { continue: 'no token' })],
    [
      'Gone',
      410,
      async () => {
        // Continue tokens expire after five minutes, and those of a new cluster have not.
        proxy.inject({ query: /continue=expired/ }, answer(410), 1);
        return as({}).list(configMaps, { continue: 'expired', limit: 1 });
      },
    ],
    ['Forbidden', 403, async () => as({ impersonateUser: 'nobody' }).get(configMaps, absent())],
    ['Unauthorized', 401, async () => as({ token: 'wrong' }).get(configMaps, absent())],
  ])('%s (%i)', async (code, status, call) => {
    await expect(call()).rejects.toMatchObject({ code, status });
  });

  const as = (user: Parameters<FaultProxy['kubeConfig']>[0]) => new KubernetesClient(proxy.kubeConfig(user));

  it('with the invalid field', async () => {
    const creating = client.create(configMaps, aConfigMap(namespace.name, 'Not_A_Name'));
    await expect(creating).rejects.toMatchObject({
      details: { causes: [{ field: 'metadata.name', reason: 'FieldValueInvalid' }] },
    });
  });

  it('with the cause, when the namespace is terminating', async () => {
    const going = await createNamespace(client, 'going');
    const finalizer = aConfigMap(going.name, 'stays');
    const stays = { ...finalizer, metadata: { ...finalizer.metadata, finalizers: ['example.com/test'] } };
    const { metadata } = await client.create(configMaps, stays);
    await going.delete();
    const creating = client.create(configMaps, aConfigMap(going.name, 'too-late'));
    await expect(creating).rejects.toMatchObject({
      code: 'Forbidden',
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    });
    await client.patch(configMaps, metadata, { metadata: { finalizers: null } });
  });
});

describe('a connection failure is Unavailable:', () => {
  const proxied = () => new KubernetesClient(proxy.kubeConfig(), { timeoutMs: 500 });
  const match = { path: /configmaps/ };

  it.each([
    ['it is reset', reset()],
    ['nothing comes', drop()],
    ['it is reset inside the answer', resetAfter(10)],
    ['there is a 503', answer(503, { headers: { 'retry-after': '2' } })],
    ['there is a 502 of a load balancer', answer(502, { body: '<html>Bad gateway</html>' })],
  ])('%s', async (_what, fault) => {
    proxy.inject(match, fault, 1);
    const list = () => proxied().list(configMaps, { namespace: namespace.name });
    await expect(list()).rejects.toMatchObject({ code: 'Unavailable' });
    await expect(list()).resolves.toHaveProperty('items');
  });

  it('lost response, although the request took effect', async () => {
    proxy.inject({ method: 'POST' }, loseAnswer(), 1);
    const object = unused();
    await expect(proxied().create(configMaps, object)).rejects.toMatchObject({ code: 'Unavailable' });
    await expect(proxied().create(configMaps, object)).rejects.toMatchObject({ code: 'AlreadyExists' });
  });
});

describe('requireCluster', () => {
  it('returns the version', async () => {
    await expect(requireCluster(client, config)).resolves.toMatch(/^v1\./);
  });

  it.each([
    ['nobody answers', reset(), 'failed: '],
    ['there is no API server', answer(200, { body: '<html>' }), 'does not answer like one: is the URL right?'],
  ])('explains the failure: %s', async (_what, fault, message) => {
    const injection = proxy.inject({ path: '/version' }, fault);
    const through = proxy.kubeConfig();
    const asking = requireCluster(new KubernetesClient(through), through);
    await expect(asking).rejects.toThrow(`The API server ${proxy.url} of the fault proxy (context "loaded-context")`);
    await expect(asking).rejects.toThrow(message);
    injection.remove();
  });
});

/** A provider that uses a reflector. */
@Injectable()
class Names implements OnModuleInit {
  readonly seen: string[] = [];

  constructor(
    readonly client: KubernetesClient,
    @InjectReflector(configMaps) readonly maps: Reflector<ConfigMap>,
  ) {}

  onModuleInit(): void {
    this.maps.onChange(({ object }) => this.seen.push(object.metadata.name));
  }
}

@Module({ providers: [Names] })
class NamesModule {}

describe('an application', () => {
  it('has a client and running reflectors, and closes its watches on shutdown', async () => {
    await using own = await new FaultProxy(config).listen();
    const source = { resource: configMaps, namespaces: [namespace.name], fieldSelector: 'metadata.name=first' };
    const testing = await Test.createTestingModule({
      imports: [
        KubernetesModule.forRoot({ kubeConfig: own.kubeConfig() }),
        KubernetesModule.forResources([source]),
        NamesModule,
      ],
    }).compile();
    const app = testing.createNestApplication({ logger: false });
    const names = app.get(Names);
    expect(own.requests).toHaveLength(0);

    await app.init();
    await names.maps.waitForSync(AbortSignal.timeout(10_000));
    await names.client.create(configMaps, aConfigMap(namespace.name, 'first'));
    await until('the object is seen', () => names.seen.includes('first'));
    expect(own.requests[0]?.headers['user-agent']).toMatch(/^workflow-execution\/\d+\.\d+\.\d+/);

    await app.close();
    await until('the watch has ended', () => own.cut({ watch: true }) === 0);
    await expect(names.client.create(configMaps, aConfigMap(namespace.name, 'second'))).resolves.toBeDefined();
    expect(names.maps.store.size).toBe(1);
  });
});
