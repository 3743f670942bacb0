import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isResourceVersion } from './resource-version.ts';
import { Replica, ThingServer, WatchClient } from './watch-cache.builders.ts';
import { WatchCursor } from './watch-cursor.ts';

const namespaces = ['a', 'b'];

type Step =
  | {
      readonly do: 'write' | 'delete' | 'break';
      readonly namespace: string;
      readonly name: string;
      readonly at: number;
    }
  | { readonly do: 'take' | 'list' | 'startList' | 'bookmark'; readonly at: number; readonly scope: number }
  | { readonly do: 'read' | 'resume'; readonly client: number; readonly at: number; readonly most: number };

const at = fc.nat(1);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constantFrom('write', 'write', 'delete', 'break'),
        namespace: fc.constantFrom(...namespaces),
        name: fc.constantFrom('x', 'y', 'z'),
        at,
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constantFrom('take', 'take', 'list', 'startList', 'bookmark'), at, scope: at }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constantFrom('read', 'resume'), client: fc.nat(2), at, most: fc.nat(4) }),
    },
  ),
  { maxLength: 60, size: 'max' },
);

/** An object cannot be parsed, then can be again, and is deleted while one replica has no watch. */
const unparsableForAWhile: Step[] = [
  { do: 'read', client: 1, at: 0, most: 2 },
  { do: 'break', namespace: 'a', name: 'x', at: 0 },
  { do: 'write', namespace: 'b', name: 'x', at: 0 },
  { do: 'take', at: 1, scope: 0 },
  { do: 'bookmark', at: 0, scope: 0 },
  { do: 'write', namespace: 'a', name: 'x', at: 0 },
  { do: 'take', at: 1, scope: 0 },
  { do: 'write', namespace: 'b', name: 'y', at: 0 },
  { do: 'delete', namespace: 'a', name: 'x', at: 0 },
  { do: 'take', at: 1, scope: 0 },
  { do: 'take', at: 1, scope: 0 },
  { do: 'read', client: 1, at: 0, most: 1 },
  { do: 'list', at: 0, scope: 0 },
  { do: 'resume', client: 1, at: 0, most: 0 },
];

/** The same, but a list brings the object that cannot be parsed. */
const unparsableInAList = unparsableForAWhile.map((step) =>
  step.do === 'bookmark' ? ({ ...step, do: 'list' } satisfies Step) : step,
);

/** The same, but the replica loses its watch after a reader of the other one has resumed at it. */
const deletedAfterTheResume: Step[] = [
  { do: 'write', namespace: 'a', name: 'x', at: 0 },
  { do: 'break', namespace: 'b', name: 'y', at: 0 },
  { do: 'bookmark', at: 0, scope: 0 },
  { do: 'read', client: 1, at: 0, most: 2 },
  { do: 'write', namespace: 'a', name: 'z', at: 0 },
  { do: 'write', namespace: 'b', name: 'y', at: 0 },
  { do: 'bookmark', at: 1, scope: 0 },
  { do: 'delete', namespace: 'b', name: 'y', at: 0 },
  { do: 'read', client: 1, at: 0, most: 1 },
  { do: 'take', at: 0, scope: 0 },
  { do: 'read', client: 1, at: 0, most: 1 },
  { do: 'resume', client: 1, at: 0, most: 0 },
  { do: 'list', at: 0, scope: 0 },
];

function run(step: Step, server: ThingServer, replicas: readonly Replica[], clients: readonly WatchClient[]): void {
  const replica = replicas[step.at]!;
  switch (step.do) {
    case 'write':
      return server.write(step.namespace, step.name);
    case 'break':
      return server.write(step.namespace, step.name, 'broken');
    case 'delete':
      return server.delete(step.namespace, step.name);
    case 'take':
    case 'list':
    case 'startList':
      return void replica[step.do](replica.scopes[step.scope % replica.scopes.length]);
    case 'bookmark':
      return replica.takeAll();
    case 'read':
      clients[step.client]!.read(step.most);
      return;
    case 'resume':
      return clients[step.client]!.resume(replica);
  }
}

describe('a reader of the watch cache', () => {
  it.each([
    ['one history of all namespaces', []],
    ['a history per namespace', namespaces],
  ])('of %s arrives at the current state, however slow and wherever it resumes', (_, watched) => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 5 }), (sequence, tombstones) => {
        const server = new ThingServer();
        server.write('a', 'x');
        server.write('b', 'y');
        const replicas = [0, 1].map(() => new Replica(server, watched, tombstones).listAll());
        const clients = [
          new WatchClient(replicas[0]!),
          new WatchClient(replicas[1]!),
          new WatchClient(replicas[0]!, 'a'),
        ];
        for (const step of sequence) run(step, server, replicas, clients);
        for (const replica of replicas) replica.takeAll();
        for (const client of clients) client.read(Infinity);

        expect(clients.map((client) => client.state())).toEqual([server.state(), server.state(), server.state('a')]);
      }),
      {
        numRuns: 2_000,
        examples: [unparsableForAWhile, unparsableInAList, deletedAfterTheResume].map((example) => [example, 1]),
      },
    );
  });

  it('resumes at the same replica without repetitions or a restart', () => {
    const names = fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 30 });
    fc.assert(
      fc.property(names, names, (before, after) => {
        const server = new ThingServer();
        const replica = new Replica(server).listAll();
        for (const name of before) server.write('a', name);
        replica.takeAll();
        const client = new WatchClient(replica);
        client.read(Infinity);
        for (const name of after) server.write('a', name);
        replica.takeAll();
        client.resume(replica);

        expect(client.read(Infinity)).toBe(new Set(after).size);
        expect(client.restarts).toBe(0);
      }),
    );
  });

  it('reads the current state, then the latest changes', () => {
    const server = new ThingServer();
    for (const name of ['x', 'y', 'z']) server.write('a', name);
    const replica = new Replica(server).listAll();
    const cursor = new WatchCursor(replica.changes);
    const first = cursor.next();
    for (let count = 0; count < 1_000; count++) server.write('a', 'y');
    replica.takeAll();
    const rest = [cursor.next(), cursor.next(), cursor.next()];

    expect([first, ...rest].map((read) => read?.entry.object.metadata.name)).toStrictEqual(['z', 'x', 'y', undefined]);
    expect(rest[1]?.position).toBe(String(server.revision));
  });

  it('knows when it has read the current state', () => {
    const server = new ThingServer();
    for (const name of ['x', 'y']) server.write('a', name);
    const replica = new Replica(server).listAll();
    const cursor = new WatchCursor(replica.changes);
    cursor.next();
    server.write('a', 'x');
    replica.takeAll();
    const before = cursor.isSynced;
    cursor.next();
    const after = cursor.isSynced;
    server.write('a', 'y');
    replica.takeAll();

    expect([before, after, cursor.isSynced]).toEqual([false, true, true]);
  });

  it('does not read deletions of objects that it has never seen', () => {
    const server = new ThingServer();
    const replica = new Replica(server).listAll();
    server.write('a', 'x');
    server.delete('a', 'x');
    replica.takeAll();

    expect(new WatchCursor(replica.changes).next()).toBeUndefined();
  });

  it('does not read objects that were deleted while the first list was read', () => {
    const server = new ThingServer();
    for (const name of ['x', 'y']) server.write('a', name);
    const replica = new Replica(server);
    replica.startList(undefined);
    server.delete('a', 'x');
    replica.takeAll();
    const cursor = new WatchCursor(replica.changes);

    expect([cursor.next(), cursor.next()].map((read) => read?.entry.object.metadata.name)).toEqual(['y', undefined]);
  });

  it('reads a deletion before the creation of an object of the same name', () => {
    const server = new ThingServer();
    server.write('a', 'x');
    const replica = new Replica(server).listAll();
    const cursor = new WatchCursor(replica.changes);
    cursor.next();
    server.delete('a', 'x');
    server.write('a', 'x');
    server.write('a', 'y');
    replica.listAll();
    const reads = [cursor.next(), cursor.next(), cursor.next()];

    expect(reads.map((read) => `${read?.entry.deleted} ${read?.entry.object.metadata.uid}`)).toEqual([
      'true uid-1',
      'false uid-2',
      'false uid-3',
    ]);
    expect(reads.map((read) => read?.position)).toEqual(['101', '103', '104']);
  });

  it('continues across a relist after it has resumed', () => {
    const server = new ThingServer();
    server.write('a', 'x');
    const replica = new Replica(server).listAll();
    const cursor = new WatchCursor(replica.changes, undefined, '101');
    server.delete('a', 'x');
    server.write('a', 'y');
    replica.listAll();

    expect(cursor.isExpired).toBe(false);
    expect([cursor.next(), cursor.next()].map((read) => read?.entry.deleted)).toEqual([true, false]);
  });

  it.each([
    ['one history of all namespaces', []],
    ['a history per namespace', namespaces],
  ])('of %s cannot resume before it has read the objects of the first list', (_, watched) => {
    const server = new ThingServer();
    for (const namespace of namespaces) for (const name of ['x', 'y']) server.write(namespace, name);
    const replica = new Replica(server, watched).listAll();
    const cursor = new WatchCursor(replica.changes);
    const positions = [1, 2, 3, 4].map(() => cursor.next()?.position ?? '');

    expect(positions.map(isResourceVersion)).toEqual([true, true, true, true]);
    expect(
      positions.slice(0, 3).map((position) => new WatchCursor(replica.changes, undefined, position).isExpired),
    ).toEqual([true, true, true]);
    expect(new WatchCursor(replica.changes, undefined, cursor.position).isExpired).toBe(false);
  });

  describe('has to start over', () => {
    it('from before the first list', () => {
      const server = new ThingServer();
      server.write('a', 'x');
      const replica = new Replica(server).listAll();

      expect(new WatchCursor(replica.changes, undefined, '100').isExpired).toBe(true);
      expect(new WatchCursor(replica.changes, undefined, '101').isExpired).toBe(false);
    });

    it('when deletions that it has not read are dropped', () => {
      const server = new ThingServer();
      const replica = new Replica(server, [], 2).listAll();
      const slow = new WatchCursor(replica.changes);
      for (const name of ['x', 'y', 'z']) {
        server.write('a', name);
        server.delete('a', name);
      }
      replica.takeAll();

      expect(slow.isExpired).toBe(true);
      expect(new WatchCursor(replica.changes, undefined, '101').isExpired).toBe(true);
      expect(new WatchCursor(replica.changes, undefined, '102').isExpired).toBe(false);
    });

    it('when resource versions go back after a restore of etcd', () => {
      const server = new ThingServer();
      server.write('a', 'x');
      const replica = new Replica(server).listAll();
      const cursor = new WatchCursor(replica.changes);
      server.revision = 50;
      server.write('a', 'x');
      replica.listAll();

      expect(cursor.isExpired).toBe(true);
      const restarted = new WatchCursor(replica.changes);
      expect(restarted.next()?.entry.object.metadata.resourceVersion).toBe('51');
      expect(restarted.position).toBe('51');
    });
  });
});
