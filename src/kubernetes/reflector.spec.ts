import { expect, it } from '@jest/globals';
import type { CallOptions, ListPage, ListQuery, WatchQuery } from './client.ts';
import { InvalidError, UnavailableError } from './errors.ts';
import { FakeClock, settle } from './fake-clock.builders.ts';
import { things } from './kubernetes-object.builders.ts';
import { Reflector } from './reflector.ts';
import type { WatchEvent } from './watch-stream.ts';

it('a cache becomes fresh although a list is in progress that began before', async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  /** Ends the next list at a resource version. */
  let endList: (resourceVersion: string) => void = () => undefined;
  let breakWatch: () => void = () => undefined;
  const client = {
    listRaw(_resource: unknown, { limit }: ListQuery = {}): Promise<ListPage<unknown>> {
      const at = (resourceVersion: string) => ({ items: [], resourceVersion, continue: undefined });
      if (limit === 1) return Promise.resolve(at('9'));
      return new Promise((resolve) => (endList = (version) => resolve(at(version))));
    },
    // eslint-disable-next-line require-yield -- a watch without events
    async *watch(
      _resource: unknown,
      { resourceVersion }: WatchQuery,
      { signal }: CallOptions,
    ): AsyncGenerator<WatchEvent> {
      if (resourceVersion === undefined) throw new InvalidError('no streaming lists', { status: 422 });
      await new Promise((_, reject) => {
        breakWatch = () => reject(new UnavailableError('broken'));
        signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    },
  };
  const reflector = new Reflector({ resource: things, client, clock, random: () => 0 });
  const run = reflector.run(stop.signal);
  await settle();
  endList('5');
  await settle();
  breakWatch();
  await settle();
  await clock.advance(clock.nextIn ?? 0);
  const fresh = reflector.waitUntilFresh(stop.signal);
  await settle();

  endList('7');
  await new Promise((resolve) => setImmediate(resolve));
  await settle();
  endList('9');

  await expect(fresh).resolves.toBeUndefined();
  stop.abort();
  await run;
});
