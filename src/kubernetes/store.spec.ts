import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aThing, type Thing } from './kubernetes-object.builders.ts';
import { ObjectStore, type Scope } from './store.ts';

function aStore() {
  const changes: string[] = [];
  const store = new ObjectStore<Thing>({ colour: (thing) => [thing.colour] }, ({ type, object, previous }) => {
    const before = previous && previous !== object ? ` was ${previous.metadata.resourceVersion}` : '';
    changes.push(`${type} ${object.metadata.name}@${object.metadata.resourceVersion}${before}`);
  });
  return { store, changes };
}

/** Applies a list of a namespace, or of all, to a store. */
function list(store: ObjectStore<Thing>, scope: Scope, listed: readonly Thing[], resourceVersion: string): void {
  store.startList(scope, resourceVersion);
  for (const thing of listed) store.putListed(scope, thing);
  store.endList(scope, resourceVersion);
}

/** A store of all namespaces, listed at version 10 with `things` in it. */
function aListedStore(...things: Thing[]) {
  const { store, changes } = aStore();
  list(store, undefined, things, '10');
  changes.length = 0;
  return { store, changes };
}

describe('a watch event', () => {
  it('adds, updates and deletes an object', () => {
    const { store, changes } = aListedStore();
    store.put(undefined, aThing('a', 11));
    store.put(undefined, aThing('a', 12));
    store.remove(undefined, 'default/a', '13', aThing('a', 13));
    expect(changes).toEqual(['added a@11', 'updated a@12 was 11', 'deleted a@13 was 12']);
    expect(store.size).toBe(0);
    expect(store.resourceVersionOf(undefined)).toBe('13');
  });

  it('that changes nothing is not reported', () => {
    const { store, changes } = aListedStore(aThing('a', 5));
    store.put(undefined, aThing('a', 5));
    store.remove(undefined, 'default/unknown', '11');
    expect(changes).toEqual([]);
  });

  it('with another UID reports the deletion of the first object', () => {
    const { store, changes } = aListedStore(aThing('a', 5));
    store.put(undefined, aThing('a', 12, { uid: 'another' }));
    expect(changes).toEqual(['deleted a@5', 'added a@12']);
  });
});

describe('a list', () => {
  it('reports only differences', () => {
    const { store, changes } = aListedStore(aThing('gone', 1), aThing('same', 2), aThing('changed', 3));
    list(store, undefined, [aThing('same', 2), aThing('changed', 12), aThing('new', 13)], '20');
    expect(changes).toEqual(['updated changed@12 was 3', 'added new@13', 'deleted gone@1']);
    expect(store.resourceVersionOf(undefined)).toBe('20');
  });

  it('of one namespace does not affect others', () => {
    const { store, changes } = aStore();
    list(store, 'one', [aThing('a', 1, { namespace: 'one' })], '5');
    list(store, 'two', [aThing('b', 2, { namespace: 'two' })], '6');
    list(store, 'one', [], '7');
    expect(changes).toEqual(['added a@1', 'added b@2', 'deleted a@1']);
    expect(store.keys()).toEqual(['two/b']);
  });

  it('keeps newer writes', () => {
    const { store } = aListedStore(aThing('old', 5));
    store.upsertIfNewer(aThing('old', 31));
    store.upsertIfNewer(aThing('new', 32));
    list(store, undefined, [aThing('old', 25)], '30');
    expect(store.get('default/old')?.metadata.resourceVersion).toBe('31');
    expect(store.get('default/new')).toBeDefined();
  });

  it('deletes objects that leave it before its end, and writes that it lacks', () => {
    const { store, changes } = aListedStore(aThing('old', 5));
    store.startList(undefined);
    store.putListed(undefined, aThing('old', 5));
    store.putListed(undefined, aThing('new', 12));
    store.upsertIfNewer(aThing('written', 13));
    store.removeListed(undefined, 'default/old');
    store.removeListed(undefined, 'default/new');
    store.endList(undefined, '20');
    expect(changes.slice(2)).toEqual(['deleted old@5', 'deleted new@12', 'deleted written@13']);
    expect(store.size).toBe(0);
  });

  it('keeps what it has brought when a write has stored a newer state', () => {
    const { store } = aListedStore(aThing('a', 5), aThing('b', 6));
    store.upsertIfNewer(aThing('a', 12));
    store.startList(undefined);
    store.putListed(undefined, aThing('a', 5));
    store.putListed(undefined, aThing('b', 6));
    store.upsertIfNewer(aThing('b', 13));
    store.endList(undefined, '20');
    expect(store.list().map(({ metadata }) => metadata.resourceVersion)).toEqual(['12', '13']);
  });

  it('that breaks off deletes nothing, and the next one starts from scratch', () => {
    const { store } = aListedStore(aThing('a', 5), aThing('b', 6));
    store.startList(undefined);
    store.putListed(undefined, aThing('a', 5));
    expect(store.size).toBe(2);
    list(store, undefined, [aThing('b', 6)], '20');
    expect(store.keys()).toEqual(['default/b']);
  });

  it('older than the store replaces it: etcd was restored', () => {
    const { store, changes } = aListedStore(aThing('a', 5), aThing('b', 6));
    list(store, undefined, [aThing('a', 2)], '4');
    expect(changes).toEqual(['updated a@2 was 5', 'deleted b@6']);
    expect(store.resourceVersionOf(undefined)).toBe('4');
  });

  it('from a backup may have another state under the same resource version', () => {
    const { store, changes } = aListedStore(aThing('a', 3), aThing('b', 6));
    const other = { ...aThing('a', 3), state: 'another' };
    list(store, undefined, [other], '4');
    expect(store.get('default/a')).toBe(other);
    expect(changes).toEqual(['updated a@3 was 3', 'deleted b@6']);
  });

  it('with incomparable resource versions replaces everything', () => {
    const { store } = aStore();
    list(store, undefined, [aThing('a', 'x1'), aThing('b', 'x2')], 'x3');
    list(store, undefined, [aThing('a', 'x4')], 'x5');
    expect(store.list()).toEqual([aThing('a', 'x4')]);
  });
});

describe('upsertIfNewer', () => {
  it('stores a write immediately, and the watch does not report it again', () => {
    const { store, changes } = aListedStore();
    expect(store.upsertIfNewer(aThing('a', 11))).toBe(true);
    expect(store.get({ namespace: 'default', name: 'a' })).toBeDefined();
    store.put(undefined, aThing('a', 11));
    expect(changes).toEqual(['added a@11']);
  });

  it('is not overwritten by an older event', () => {
    const { store } = aListedStore(aThing('a', 5));
    store.upsertIfNewer(aThing('a', 15));
    store.put(undefined, aThing('a', 12));
    store.remove(undefined, 'default/a', '13');
    expect(store.get('default/a')?.metadata.resourceVersion).toBe('15');
  });

  it('does not resurrect a deleted object', () => {
    const { store } = aListedStore();
    store.remove(undefined, 'default/a', '12');
    expect(store.upsertIfNewer(aThing('a', 11))).toBe(false);
    expect(store.size).toBe(0);
  });

  it.each([
    ['before the first list', aStore().store, aThing('a', 11)],
    ['in a namespace that is not watched', withNamespace('one'), aThing('a', 11, { namespace: 'two' })],
    ['with a version that cannot be compared', aListedStore().store, aThing('a', 'abc')],
    ['with the stored state', aListedStore(aThing('a', 11)).store, aThing('a', 11)],
  ])('does nothing %s', (_when, store, thing) => {
    expect(store.upsertIfNewer(thing)).toBe(false);
  });

  function withNamespace(namespace: string) {
    const { store } = aStore();
    list(store, namespace, [], '1');
    return store;
  }
});

describe('an index', () => {
  it('finds the right objects after any changes', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const colour = fc.constantFrom('red', 'green', 'blue');
    const step = fc.record({ name, colour, act: fc.constantFrom('put', 'remove', 'list') });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { store } = aStore();
        const model = new Map<string, string>();
        steps.forEach(({ name, colour, act }, i) => {
          const version = i + 1;
          if (act === 'list') {
            model.clear();
            list(store, undefined, [aThing(name, version, { colour })], version.toString());
          }
          if (act === 'remove') {
            model.delete(name);
            store.remove(undefined, `default/${name}`, version.toString());
          } else {
            model.set(name, colour);
            store.put(undefined, aThing(name, version, { colour }));
          }
        });
        for (const colour of ['red', 'green', 'blue']) {
          const found = store.byIndex('colour', colour).map((thing) => thing.metadata.name);
          expect(found.sort()).toEqual(
            [...model]
              .filter(([, c]) => c === colour)
              .map(([n]) => n)
              .sort(),
          );
        }
      }),
    );
  });

  it.each([
    ['all objects', (store: ObjectStore<Thing>) => store.values()],
    ['those of an index', (store: ObjectStore<Thing>) => store.valuesByIndex('colour', 'red')],
  ])('reads %s that stay once, while others come and go', (_, read) => {
    const { store } = aListedStore(...['a', 'b', 'c', 'd', 'e'].map((name) => aThing(name, 1)));
    const seen: string[] = [];
    for (const { metadata } of read(store)) {
      seen.push(`${metadata.name}@${metadata.resourceVersion}`);
      if (metadata.name !== 'b') continue;
      store.put(undefined, aThing('a', 11));
      store.remove(undefined, 'default/c', '12');
      store.put(undefined, aThing('d', 13));
      store.put(undefined, aThing('f', 14));
    }
    expect(seen).toEqual(['a@1', 'b@1', 'd@13', 'e@1', 'f@14']);
  });

  it('that does not exist is an error', () => {
    expect(() => aStore().store.byIndex('size', 'big')).toThrow('There is no index "size"');
  });

  it('with a function that throws changes nothing', () => {
    const store = new ObjectStore<Thing>({ bad: (thing) => [thing.metadata.annotations!['a']!] }, () => undefined);
    expect(() => store.checkIndexes(aThing('a', 1))).toThrow(TypeError);
    expect(() => store.put(undefined, aThing('a', 1))).toThrow(TypeError);
    expect(store.size).toBe(0);
  });
});
