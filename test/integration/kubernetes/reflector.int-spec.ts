import { afterAll, describe, expect, it } from '@jest/globals';
import { ForbiddenError, UnavailableError } from '../../../src/kubernetes/errors.ts';
import { sharedCluster } from '../support/cluster.ts';
import { aConfigMap, configMaps } from '../support/config-map.ts';
import { answer, drop, hold, resetAfter } from '../support/faults.ts';
import { createNamespace } from '../support/namespace.ts';
import { grantReading } from '../support/rights.ts';
import { inTime, until } from '../../support/until.ts';
import { ReflectorFixture, watching } from './reflector-fixture.ts';

// A reflector with a real API server and broken connections. Its handling of error responses, which needs no cluster, is in
// the unit specs of its parts.

const listing = { path: '/configmaps', query: /sendInitialEvents=true/ };
const config = sharedCluster();

afterAll(() => config.close());

const open = () => new ReflectorFixture(config).open();

describe('a reflector', () => {
  it.concurrent('reports existing, added, changed and deleted objects', async () => {
    await using fixture = await open();
    const { changes, lists } = await fixture.watch({}, ['first']);
    await fixture.create('second');
    await fixture.update('first');
    await fixture.delete('second');
    await until('the deletion is reported', () => changes.length === 4);
    expect(changes).toEqual(['added first', 'added second', 'updated first', 'deleted second']);
    expect(lists()).toBe(1);
  });

  it.concurrent('parses only changed objects when it lists again', async () => {
    await using fixture = await open();
    const parsed: string[] = [];
    const parse = (raw: unknown) => {
      const object = configMaps.parse(raw);
      parsed.push(object.metadata.name);
      return object;
    };
    const { reflector, lists } = await fixture.watch({ resource: { ...configMaps, parse }, timing: { pageSize: 1 } }, [
      'a',
      'b',
    ]);
    expect(parsed).toEqual(['a', 'b']);
    await fixture.update('b');
    await until('the change is parsed', () => parsed.length === 3);
    reflector.relist();
    await until('it has listed again', () => lists() === 2);
    expect(parsed).toEqual(['a', 'b', 'b']);
  });

  it.concurrent('lists in pages if the API server has no streaming lists', async () => {
    await using fixture = await open();
    fixture.proxy.inject(listing, answer(422));
    const { names, lists } = await fixture.watch({ timing: { pageSize: 1 } }, ['a', 'b']);
    await fixture.create('later');
    await until('the change is reported', () => names().length === 3);
    expect(names()).toEqual(['a', 'b', 'later']);
    expect(lists()).toBe(1);
  });

  it.concurrent('resumes a watch that the server closed, without listing again', async () => {
    await using fixture = await open();
    const { changes, lists } = await fixture.watch({ timing: { watchSeconds: 1 } });
    await fixture.create('before');
    await inTime('it watches again', fixture.proxy.next(watching));
    await fixture.create('after');
    await until('both are reported', () => changes.length === 2);
    expect(lists()).toBe(1);
  });

  it.concurrent('covers the given namespaces only', async () => {
    await using fixture = await open();
    const other = await createNamespace(fixture.client, 'reflector');
    const outside = await createNamespace(fixture.client, 'reflector');
    const { changes, names } = await fixture.watch({ namespaces: [fixture.namespace, other.name] });
    await fixture.client.create(configMaps, aConfigMap(outside.name, 'outside'));
    await fixture.client.create(configMaps, aConfigMap(other.name, 'there'));
    await fixture.create('here');
    await until('both are reported', () => changes.length === 2);
    expect(names()).toEqual(['here', 'there']);
    await Promise.all([other.delete(), outside.delete()]);
  });

  it.concurrent('stores its own write immediately and reports it once', async () => {
    await using fixture = await open();
    const { reflector, changes, names } = await fixture.watch();
    fixture.proxy.freeze(watching);
    const created = await fixture.create('created');
    expect(reflector.store.upsertIfNewer(created)).toBe(true);
    expect(names()).toEqual(['created']);
    expect(created.metadata).toHaveProperty('managedFields');
    expect(reflector.store.list()[0]?.metadata).not.toHaveProperty('managedFields');

    fixture.proxy.cut(watching);
    await fixture.create('later');
    await until('the watch has caught up', () => changes.includes('added later'));
    expect(changes).toEqual(['added created', 'added later']);
  });

  it.concurrent('can be stopped before its first list', async () => {
    await using fixture = await open();
    fixture.proxy.inject({}, drop());
    const { reflector } = fixture.start();
    await expect(reflector.waitForSync(AbortSignal.timeout(50))).rejects.toThrow('cancelled');
  });
});

describe('a reflector survives', () => {
  it.concurrent('a reset watch, and reports what it missed', async () => {
    await using fixture = await open();
    const { changes, names, lists } = await fixture.watch({}, ['changes', 'stays', 'vanishes']);
    const before = changes.length;
    const missed = Promise.withResolvers<void>();
    fixture.proxy.inject(listing, hold(missed.promise), 1);
    expect(fixture.proxy.cut(watching)).toBe(1);
    await fixture.delete('vanishes');
    await fixture.update('changes');
    await fixture.create('comes');
    missed.resolve();
    await until('it has caught up', () => lists() === 2);
    expect(names()).toEqual(['changes', 'comes', 'stays']);
    expect(changes.slice(before).sort()).toEqual(['added comes', 'deleted vanishes', 'updated changes']);
  });

  it.concurrent('a connection reset within an event', async () => {
    await using fixture = await open();
    fixture.proxy.inject(watching, resetAfter(100), 1);
    const { names } = await fixture.watch();
    await fixture.create('cut-short');
    await until('the object is there', () => names().includes('cut-short'));
  });

  it.concurrent('a connection that hangs', async () => {
    await using fixture = await open();
    const { names, reflector } = await fixture.watch({ timing: { idleTimeoutMs: 500 } });
    const later = fixture.proxy.next(listing);
    expect(fixture.proxy.freeze(watching)).toBe(1);
    await fixture.create('unheard-of');
    await inTime('it lists again', later);
    await until('the object is there', () => names().includes('unheard-of'));
    expect(reflector.failure).toBeUndefined();
  });

  it.concurrent('an API server that hangs', async () => {
    await using fixture = await open();
    const hanging = fixture.proxy.inject({}, drop());
    const { reflector } = fixture.start({ timing: { watchTimeoutMs: 200 } });
    await until('it has given up twice', () => hanging.hits > 2);
    expect(reflector.failure).toBeInstanceOf(UnavailableError);
    expect(reflector.hasSynced).toBe(false);
    hanging.remove();
    await reflector.waitForSync(AbortSignal.timeout(10_000));
    expect(reflector.failure).toBeUndefined();
  });

  it.concurrent('an API server that is down for a while', async () => {
    await using fixture = await open();
    const { names, reflector } = await fixture.watch({}, ['before']);
    await fixture.proxy.close();
    await until('it has noticed', () => reflector.failure !== undefined);
    expect(names()).toEqual(['before']);
    await fixture.create('meanwhile');
    await fixture.proxy.listen();
    await until('the object is there', () => names().includes('meanwhile'));
  });

  it.concurrent('403 for a while, before the first list and during a watch', async () => {
    await using fixture = await open();
    const user = `${fixture.namespace}-reader`;
    const { reflector, names } = fixture.start({}, { impersonateUser: user });
    await until('it is refused', () => reflector.failure !== undefined);
    expect(reflector.failure).toBeInstanceOf(ForbiddenError);
    expect(reflector.failure?.message).toContain(`User "${user}" cannot watch resource "configmaps"`);

    const rights = await grantReading(fixture.client, fixture.namespace, user);
    await reflector.waitForSync(AbortSignal.timeout(10_000));

    await rights.revoke();
    await until('it is refused again', () => {
      // The API server takes a moment to apply RBAC changes.
      fixture.proxy.cut(watching);
      return reflector.failure instanceof ForbiddenError;
    });
    await fixture.create('meanwhile');
    await grantReading(fixture.client, fixture.namespace, user);
    await until('the object is there', () => names().includes('meanwhile'));
    expect(reflector.failure).toBeUndefined();
  });

  it.concurrent('a handler that throws, and one that rejects', async () => {
    await using fixture = await open();
    const errors: object[] = [];
    const log = { debug() {}, info() {}, warn() {}, error: (fields: object) => errors.push(fields) };
    const { changes, reflector, lists } = await fixture.watch({ log });
    reflector.onChange(() => {
      throw new Error('from a handler');
    });
    reflector.onChange(() => Promise.reject(new Error('later, from a handler')) as unknown as void);
    const last: string[] = [];
    reflector.onChange(({ object }) => last.push(object.metadata.name));
    await fixture.create('first');
    await fixture.create('second');
    await until('the handler after it has seen both', () => last.length === 2 && errors.length === 4);
    expect(changes).toEqual(['added first', 'added second']);
    expect(lists()).toBe(1);
  });

  it.concurrent('an object that cannot be parsed', async () => {
    await using fixture = await open();
    const errors: { key?: string }[] = [];
    const log = { debug() {}, info() {}, warn() {}, error: (fields: object) => errors.push(fields) };
    const { changes, names } = await fixture.watch({ log }, ['good', 'turns-bad']);
    await fixture.create('bad', { poison: 'yes' });
    await fixture.update('turns-bad', { poison: 'yes' });
    await fixture.create('after');
    await until('the good one is reported', () => names().includes('after'));
    expect(names()).toEqual(['after', 'good']);
    expect(errors.map(({ key }) => key)).toEqual(['bad', 'turns-bad'].map((name) => `${fixture.namespace}/${name}`));
    expect(changes).toContain('deleted turns-bad');
  });
});
