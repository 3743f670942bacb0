import { expect, it } from '@jest/globals';
import type { CallOptions, WatchQuery } from './client.ts';
import { aThing, things, type Thing } from './kubernetes-object.builders.ts';
import { Reflector } from './reflector.ts';
import { WatchCache } from './watch-cache.ts';
import type { WatchEvent } from './watch-stream.ts';

/** How often each turn of the event loop has read an object, during a streaming list of some objects and one more list of them. */
async function readsPerTurn(size: number, namespaces: readonly string[]): Promise<number[]> {
  let reads = 0;
  const turns: number[] = [];
  const listed = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const counted = (thing: Thing) => {
    const { metadata } = thing;
    return Object.defineProperty(thing, 'metadata', { enumerable: true, get: () => (reads++, metadata) });
  };
  const endTurn = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    turns.push(reads);
    reads = 0;
  };
  let lists = 0;
  const client = {
    listRaw: () => Promise.reject(new Error('lists are streamed')),
    async *watch(_resource: unknown, _query: WatchQuery, { signal }: CallOptions): AsyncGenerator<WatchEvent> {
      await endTurn();
      for (let n = 0; n < size; n++) {
        yield { type: 'ADDED', raw: aThing(`thing-${(n * 7) % size}`, 1 + n) };
        await endTurn();
      }
      yield { type: 'BOOKMARK', resourceVersion: String(size + 1), endsInitialEvents: true };
      await endTurn();
      listed[lists++]?.resolve();
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    },
  };
  const resource = { ...things, parse: (raw: unknown) => counted(things.parse(raw)) };
  const reflector = new Reflector({ client, resource, namespaces, indexes: { colour: ({ colour }) => [colour] } });
  const cache = new WatchCache(reflector);
  const stop = new AbortController();
  const run = reflector.run(stop.signal);
  await listed[0]?.promise;
  reflector.relist();
  await listed[1]?.promise;
  stop.abort();
  await run;
  expect([reflector.store.size, [...(cache.historiesOf()[0]?.all() ?? [])].length]).toEqual([size, size]);
  return turns;
}

it.each([
  ['all namespaces', []],
  ['a namespace', ['default']],
])(
  'a list of %s is handled object by object, so that neither its start nor its end holds the event loop',
  async (...[, namespaces]) => {
    const [few, many] = [await readsPerTurn(2, namespaces), await readsPerTurn(50, namespaces)];

    expect(Math.max(...many)).toBe(Math.max(...few));
    expect(Math.max(...few)).toBeGreaterThan(0);
  },
);
