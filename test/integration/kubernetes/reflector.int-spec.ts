import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { ForbiddenError, ThrottledError, UnavailableError } from '../../../src/kubernetes/errors.ts';
import { sharedCluster } from '../support/cluster.ts';
import { aConfigMap, configMaps, type ConfigMap } from '../support/config-map.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { answer, answerWatch, drop, hold, resetAfter, statusOf } from '../support/faults.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { grantReading } from '../support/rights.ts';
import { until } from '../support/until.ts';
import { startMirror, type Mirror } from './mirror.ts';

const config = sharedCluster();
const client = new KubernetesClient(config);
const listing = { path: '/configmaps', watch: false };
const watching = { path: '/configmaps', watch: true };

let namespace: TestNamespace;
let proxy: FaultProxy;
let mirror: Mirror | undefined;

beforeEach(async () => {
  namespace = await createNamespace(client, 'reflector');
  proxy = await new FaultProxy(config).listen();
});

afterEach(async () => {
  await mirror?.stop();
  mirror = undefined;
  await proxy.close();
  await namespace.delete();
});

afterAll(() => config.close());

/** A mirror of the test's namespace through the proxy, with `names` in it, watching. */
async function watchingMirror(options: Parameters<typeof startMirror>[1] = {}, names: readonly string[] = []) {
  for (const name of names) await create(name);
  const watch = proxy.next(watching);
  mirror = startMirror(proxy.kubeConfig(), { namespaces: [namespace.name], ...options });
  await mirror.reflector.synced(AbortSignal.timeout(10_000));
  await watch;
  return mirror;
}

// The writer does not mind what is in a ConfigMap; the mirrors do.
const anyConfigMap = { ...configMaps, parse: (raw: unknown) => raw as ConfigMap };
const create = (name: string, data?: Readonly<Record<string, string>>) =>
  client.create(anyConfigMap, aConfigMap(namespace.name, name, data));
const update = (name: string, data: Readonly<Record<string, string>> = { changed: 'yes' }) =>
  client.patch(anyConfigMap, { namespace: namespace.name, name }, { data });
const remove = (name: string) => client.delete(configMaps, { namespace: namespace.name, name });

describe('in good weather a reflector', () => {
  it('tells what is there, what comes, what changes and what goes', async () => {
    const { changes, reflector } = await watchingMirror({}, ['first']);
    await create('second');
    await update('first');
    await remove('second');
    await until('the deletion is told', () => changes.length === 4);
    expect(changes).toEqual(['added first', 'added second', 'updated first', 'deleted second']);
    expect(reflector.generation).toBe(1);
  });

  it('reads a large collection page by page', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const { names: seen } = await watchingMirror({ timing: { pageSize: 2 } }, names);
    expect(seen()).toEqual(names);
    expect(proxy.seen(listing)).toHaveLength(3);
  });

  it('reads again only what has changed when it lists again', async () => {
    const read: string[] = [];
    const parse = (raw: unknown) => {
      const object = configMaps.parse(raw);
      read.push(object.metadata.name);
      return object;
    };
    const { reflector } = await watchingMirror({ resource: { ...configMaps, parse } }, ['a', 'b']);
    expect(read).toEqual(['a', 'b']);
    await update('b');
    await until('the change is read', () => read.length === 3);
    reflector.relist();
    await until('it has listed again', () => reflector.generation === 2);
    expect(read).toEqual(['a', 'b', 'b']);
  });

  it('takes a watch that the server ended up where it ended, without listing again', async () => {
    const { changes, reflector } = await watchingMirror({ timing: { watchSeconds: 1 } });
    await create('before');
    await proxy.next(watching);
    await create('after');
    await until('both are told', () => changes.length === 2);
    expect(reflector.generation).toBe(1);
  });

  it('mirrors several namespaces and nothing else', async () => {
    const other = await createNamespace(client, 'reflector');
    const outside = await createNamespace(client, 'reflector');
    const mirror = await watchingMirror({ namespaces: [namespace.name, other.name] });
    await client.create(configMaps, aConfigMap(outside.name, 'outside'));
    await client.create(configMaps, aConfigMap(other.name, 'there'));
    await create('here');
    await until('both are told', () => mirror.changes.length === 2);
    expect(mirror.names()).toEqual(['here', 'there']);
    await Promise.all([other.delete(), outside.delete()]);
  });

  it('shows a writer its own write at once, and tells it once', async () => {
    const { reflector, changes, names } = await watchingMirror();
    proxy.freeze(watching);
    const created = await create('created');
    expect(reflector.store.upsertIfNewer(created)).toBe(true);
    expect(names()).toEqual(['created']);
    expect(created.metadata).toHaveProperty('managedFields');
    expect(reflector.store.list()[0]?.metadata).not.toHaveProperty('managedFields');

    proxy.cut(watching);
    await create('later');
    await until('the watch has caught up', () => changes.includes('added later'));
    expect(changes).toEqual(['added created', 'added later']);
  });

  it('does not bring back what a writer wrote, when it has been deleted since', async () => {
    const { reflector, changes, names } = await watchingMirror();
    const removed = await create('removed');
    await remove('removed');
    await create('later');
    await until('the watch has caught up', () => changes.includes('added later'));
    expect(reflector.store.upsertIfNewer(removed)).toBe(false);
    expect(names()).toEqual(['later']);
  });
});

describe('a reflector survives', () => {
  it('a connection that is reset in mid-watch, and tells what it missed', async () => {
    const { changes, reflector, names } = await watchingMirror({}, ['changes', 'stays', 'vanishes']);
    const before = changes.length;
    const missed = Promise.withResolvers<void>();
    proxy.inject(listing, hold(missed.promise), 1);
    expect(proxy.cut(watching)).toBe(1);
    await remove('vanishes');
    await update('changes');
    await create('comes');
    missed.resolve();
    await until('it has caught up', () => reflector.generation === 2);
    expect(names()).toEqual(['changes', 'comes', 'stays']);
    expect(changes.slice(before).sort()).toEqual(['added comes', 'deleted vanishes', 'updated changes']);
  });

  it('a connection that is reset inside an event', async () => {
    proxy.inject(watching, resetAfter(100), 1);
    const { names } = await watchingMirror();
    await create('cut-short');
    await until('the object is there', () => names().includes('cut-short'));
  });

  it('a connection that dies without a word', async () => {
    const { names, reflector } = await watchingMirror({ timing: { idleTimeoutMs: 500 } });
    const later = proxy.next(listing);
    expect(proxy.freeze(watching)).toBe(1);
    await create('unheard-of');
    await later;
    await until('the object is there', () => names().includes('unheard-of'));
    expect(reflector.failure).toBeUndefined();
  });

  it('an API server that does not answer', async () => {
    const injection = proxy.inject({}, drop());
    mirror = startMirror(proxy.kubeConfig(), { timing: { listTimeoutMs: 200 } });
    const { reflector } = mirror;
    await until('it has given up twice', () => injection.hits >= 2);
    expect(reflector.failure).toBeInstanceOf(UnavailableError);
    expect(reflector.hasSynced).toBe(false);
    injection.remove();
    await reflector.synced(AbortSignal.timeout(10_000));
    expect(reflector.failure).toBeUndefined();
  });

  it('an API server that is gone for a while', async () => {
    const { names, reflector } = await watchingMirror({}, ['before']);
    await proxy.close();
    await until('it has noticed', () => reflector.failure !== undefined);
    expect(names()).toEqual(['before']);
    await create('meanwhile');
    await proxy.listen();
    await until('the object is there', () => names().includes('meanwhile'));
  });

  it('410 as an event of the watch', async () => {
    const { names, reflector } = await watchingMirror();
    proxy.inject(watching, answerWatch({ type: 'ERROR', object: statusOf(410, 'too old resource version') }), 1);
    proxy.cut(watching);
    await create('meanwhile');
    await until('it has listed again twice', () => reflector.generation === 3);
    expect(names()).toContain('meanwhile');
  });

  it('410 between two pages of a list', async () => {
    // The API server forgets a token after five minutes; a new cluster has none that it could have forgotten.
    const expired = proxy.inject({ ...listing, query: /continue=/ }, answer(410), 1);
    const { names, reflector } = await watchingMirror({ timing: { pageSize: 2 } }, ['a', 'b', 'c']);
    expect(expired.hits).toBe(1);
    expect(names()).toEqual(['a', 'b', 'c']);
    expect(reflector.generation).toBe(1);
  });

  it('429 with Retry-After', async () => {
    const throttled = proxy.inject(listing, answer(429, { headers: { 'retry-after': '1' } }), 1);
    mirror = startMirror(proxy.kubeConfig(), { namespaces: [namespace.name] });
    const { reflector } = mirror;
    await until('it was throttled', () => reflector.failure !== undefined);
    expect(reflector.failure).toBeInstanceOf(ThrottledError);
    expect(reflector.failure).toHaveProperty('retryAfterMs', 1000);
    await reflector.synced(AbortSignal.timeout(10_000));
    expect(throttled.hits).toBe(1);
  });

  it('403 for a while, before the first list and in the middle', async () => {
    const user = `${namespace.name}-reader`;
    mirror = startMirror(proxy.kubeConfig({ impersonateUser: user }), { namespaces: [namespace.name] });
    const { reflector, names } = mirror;
    await until('it is refused', () => reflector.failure !== undefined);
    expect(reflector.failure).toBeInstanceOf(ForbiddenError);
    expect(reflector.failure?.message).toContain(`User "${user}" cannot list resource "configmaps"`);

    const rights = await grantReading(client, namespace.name, user);
    await reflector.synced(AbortSignal.timeout(10_000));

    await rights.revoke();
    await until('it is refused again', () => {
      // The API server takes a moment to hear of it.
      proxy.cut(watching);
      return reflector.failure instanceof ForbiddenError;
    });
    await create('meanwhile');
    await grantReading(client, namespace.name, user);
    await until('the object is there', () => names().includes('meanwhile'));
    expect(reflector.failure).toBeUndefined();
  });

  it.each([
    ['a line that is not JSON', '<html>\n'],
    ['an event without an object', '{"type":"ADDED"}\n'],
    ['half a line', '{"type":"ADD'],
    ['a watch that ends at once', ''],
  ])('%s', async (_what, line) => {
    proxy.inject(watching, answerWatch(line), 1);
    const { names } = await watchingMirror();
    await create('after');
    await until('the object is there', () => names().includes('after'));
  });

  it('a handler that throws, and one that rejects', async () => {
    const errors: object[] = [];
    const log = { debug() {}, info() {}, warn() {}, error: (fields: object) => errors.push(fields) };
    const { changes, reflector } = await watchingMirror({ log });
    reflector.onChange(() => {
      throw new Error('from a handler');
    });
    reflector.onChange(() => Promise.reject(new Error('later, from a handler')) as unknown as void);
    const last: string[] = [];
    reflector.onChange(({ object }) => last.push(object.metadata.name));
    await create('first');
    await create('second');
    await until('the handler after it has seen both', () => last.length === 2 && errors.length === 4);
    expect(changes).toEqual(['added first', 'added second']);
    expect(reflector.generation).toBe(1);
  });

  it('an object that does not parse', async () => {
    const { changes, reflector, names } = await watchingMirror({}, ['good', 'turns-bad']);
    const invalid: string[] = [];
    reflector.onInvalid(({ key }) => invalid.push(key.name));
    await create('bad', { poison: 'yes' });
    await update('turns-bad', { poison: 'yes' }); // prettier-ignore
    await create('after');
    await until('the good one is told', () => names().includes('after'));
    expect(names()).toEqual(['after', 'good']);
    expect(invalid).toEqual(['bad', 'turns-bad']);
    expect(changes).toContain('deleted turns-bad');
  });
});

it('waiting for the first list can be given up', async () => {
  proxy.inject({}, drop());
  mirror = startMirror(proxy.kubeConfig(), {});
  await expect(mirror.reflector.synced(AbortSignal.timeout(50))).rejects.toThrow('cancelled');
});
