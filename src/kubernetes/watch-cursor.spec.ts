import { expect, it } from '@jest/globals';
import type { Thing } from './kubernetes-object.builders.ts';
import { Replica, ThingServer } from './watch-cache.builders.ts';
import { maxSkipped, WatchCursor } from './watch-cursor.ts';

it('a reader of the watch cache skips a bounded number of changes at a time', () => {
  const server = new ThingServer();
  const replica = new Replica(server).listAll();
  const cursor = new WatchCursor(replica.changes);
  for (let count = 0; count < maxSkipped * 2; count++) server.write('a', `thing-${count}`);
  server.write('a', 'wanted');
  replica.listAll();
  const compared: string[] = [];
  const isWanted = ({ metadata }: Thing) => compared.push(metadata.name) > 0 && metadata.name === 'wanted';
  const afterEach = [1, 2, 3].map(() => [cursor.skipTo(isWanted), compared.length]);

  expect(afterEach).toEqual([
    [true, maxSkipped],
    [true, maxSkipped * 2],
    [true, maxSkipped * 2 + 1],
  ]);
  expect(cursor.next()?.entry.object.metadata.name).toBe('wanted');
  expect(cursor.skipTo(isWanted)).toBe(false);
});
