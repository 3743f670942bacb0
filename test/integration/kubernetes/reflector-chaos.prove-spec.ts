import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { KubernetesError } from '../../../src/kubernetes/errors.ts';
import { keyOf } from '../../../src/kubernetes/kubernetes-object.ts';
import { sharedCluster } from '../support/cluster.ts';
import { aConfigMap, configMaps } from '../support/config-map.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { answer, answerWatch, delay, drop, reset, resetAfter, statusOf, type Fault } from '../support/faults.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../../support/until.ts';
import { startReflector } from './running-reflector.ts';

const config = sharedCluster();
const client = new KubernetesClient(config);
let namespace: TestNamespace;
let proxy: FaultProxy;

beforeAll(async () => {
  namespace = await createNamespace(client, 'reflector');
  proxy = await new FaultProxy(config).listen();
});

afterAll(async () => {
  await proxy.close();
  await namespace.delete();
  await config.close();
});

/** The same numbers for the same seed (mulberry32), so that a run can be repeated. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const faults: readonly (() => Fault)[] = [
  reset,
  drop,
  () => delay(50),
  () => resetAfter(200),
  () => answer(403),
  () => answer(410),
  () => answer(422),
  () => answer(429),
  () => answer(500),
  () => answerWatch({ type: 'ERROR', object: statusOf(410) }),
  () => answerWatch('{"type":"ADDED","obj'),
  () => answerWatch(),
];

it.each([2, 3])(
  'after random faults (seed %i) the store is what the API server has, and the reported changes add up to it',
  async (seed) => {
    const random = randomFrom(seed);
    const timing = { listTimeoutMs: 300, watchTimeoutMs: 300, idleTimeoutMs: 400, pageSize: 3, watchSeconds: 1 };
    const { reflector, stop } = startReflector(proxy.kubeConfig(), { namespaces: [namespace.name], timing });
    const reported = new Map<string, string>();
    /** Additions of what exists, changes and deletions of what does not. An exception of a handler would be swallowed. */
    const illogical: string[] = [];
    reflector.onChange(({ type, object }) => {
      if (reported.has(keyOf(object)) === (type === 'added')) illogical.push(`${type} ${keyOf(object)}`);
      if (type === 'deleted') reported.delete(keyOf(object));
      else reported.set(keyOf(object), object.metadata.resourceVersion);
    });

    for (let step = 0; step < 150; step++) {
      await change(`map-${random(12)}`, random(3));
      const fault = random(10);
      if (fault === 0) proxy.cut({ watch: true });
      if (fault === 1) proxy.freeze({ watch: true });
      if (fault === 2) proxy.inject({ path: '/configmaps' }, faults[random(faults.length)]!(), 1 + random(2));
    }
    const truth = async () => {
      const { items } = await client.list(configMaps, { namespace: namespace.name, labelSelector: 'of=test' });
      return new Map(items.map((item) => [keyOf(item), item.metadata.resourceVersion]));
    };
    const expected = await truth();
    await until('the store is right', () => sameAs(expected, reported));
    expect(new Map(reflector.store.list().map((item) => [keyOf(item), item.metadata.resourceVersion]))).toEqual(
      expected,
    );
    expect(illogical).toEqual([]);
    await stop();
  },
);

/** Creates, changes or deletes a ConfigMap; conflicts with what exists are ignored. */
async function change(name: string, act: number): Promise<void> {
  const key = { namespace: namespace.name, name };
  try {
    if (act === 0) await client.create(configMaps, aConfigMap(namespace.name, name));
    else if (act === 1) await client.patch(configMaps, key, { data: { changed: new Date().toISOString() } });
    else await client.delete(configMaps, key);
  } catch (error) {
    if (!(error instanceof KubernetesError) || !['NotFound', 'AlreadyExists'].includes(error.code)) throw error;
  }
}

function sameAs(expected: ReadonlyMap<string, string>, actual: ReadonlyMap<string, string>): boolean {
  return expected.size === actual.size && [...expected].every(([key, version]) => actual.get(key) === version);
}
