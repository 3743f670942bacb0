import { describe, expect, it } from '@jest/globals';
import type { CallOptions, ListPage, ListQuery, WatchQuery } from './client.ts';
import { GoneError, InvalidError, KubernetesError, ThrottledError, UnavailableError } from './errors.ts';
import { FakeClock, settle } from './fake-clock.builders.ts';
import { recordOf } from './json.ts';
import { aThing, things } from './kubernetes-object.builders.ts';
import { defaultTiming, ListWatch, type Collection } from './list-watch.ts';
import { silentLogger } from './logger.ts';
import type { WatchEvent } from './watch-stream.ts';

/** The server's reaction to each call: an error or data. A watch with 'open' stays open. */
type Listing = Error | ListPage<unknown>;
type Watching = readonly (WatchEvent | Error | 'open')[];

const noStreamingLists = new InvalidError('sendInitialEvents is forbidden', { status: 422 });

const page = (resourceVersion: string, items: unknown[] = [], token?: string): ListPage<unknown> => ({
  items,
  resourceVersion,
  continue: token,
});
const added = (name: string, version: number): WatchEvent => ({ type: 'ADDED', raw: aThing(name, version) });
const bookmark = (resourceVersion: string): WatchEvent => ({ type: 'BOOKMARK', resourceVersion });
const nameOf = (raw: unknown) => recordOf(recordOf(raw)['metadata'])['name'] ?? raw;
const endOfList = (resourceVersion: string): WatchEvent => ({
  type: 'BOOKMARK',
  resourceVersion,
  endsInitialEvents: true,
});

/** A list and watch against a scripted server: one entry per call, then it hangs. Without lists, it streams them. */
function start(
  script: { lists?: Listing[]; watches?: Watching[]; list?: () => Promise<Collection> },
  random = () => 0.5,
) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const calls: string[] = [];
  const queries: { lists: ListQuery[]; watches: WatchQuery[] } = { lists: [], watches: [] };
  const received: string[] = [];
  const listed = new Set<unknown>();
  const failures: (KubernetesError | 'none')[] = [];
  const forever = (signal = stop.signal) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  const client = {
    async listRaw(_resource: unknown, query: ListQuery = {}) {
      calls.push('list');
      queries.lists.push(query);
      const next = script.lists?.shift() ?? (await forever());
      if (next instanceof Error) throw next;
      return next;
    },
    async *watch(_resource: unknown, query: WatchQuery, { signal }: CallOptions) {
      if (query.resourceVersion === undefined && script.lists !== undefined) throw noStreamingLists;
      calls.push(query.resourceVersion === undefined ? 'streaming list' : 'watch');
      queries.watches.push(query);
      for (const event of script.watches?.shift() ?? (['open'] as const)) {
        if (event === 'open') await forever(signal);
        else if (event instanceof Error) throw event;
        else yield event;
      }
    },
  };
  const listWatch = new ListWatch({
    client,
    resource: things,
    selection: { namespace: 'default' },
    list: script.list,
    timing: defaultTiming,
    clock,
    random,
    log: silentLogger,
    sink: {
      startList: () => listed.clear(),
      putListed: (raw) => listed.add(nameOf(raw)),
      removeListed: ({ key }) => listed.delete(key.name),
      endList: (version) => received.push(`${listed.size} things at ${version}`),
      apply: ({ key }, _raw, present) => received.push(`${present ? 'present' : 'gone'} ${key.name}`),
      advance: (version) => received.push(`bookmark ${version}`),
      failing: (error) => failures.push(error ?? 'none'),
    },
  });
  const run = listWatch.run(stop.signal);
  return { listWatch, clock, stop, run, calls, queries, received, failures };
}

describe('a list and watch', () => {
  it('watches from the resource version of the list, for five to ten minutes', async () => {
    const { queries, received } = start({ lists: [page('10', [aThing('a', 5)])] });
    await settle();
    expect(received).toEqual(['1 things at 10']);
    expect(queries.watches).toEqual([{ namespace: 'default', resourceVersion: '10', timeoutSeconds: 450 }]);
  });

  it('watches from where its own way to read the collection ended, and reads that way again after a failure', async () => {
    const collections = [new UnavailableError('away'), { items: [aThing('a', 5)], resourceVersion: '10' }];
    const list = () => {
      const next = collections.shift();
      return next instanceof Error || next === undefined
        ? Promise.reject(next ?? new Error('read again'))
        : Promise.resolve(next);
    };
    const { calls, clock, queries, received } = start({ lists: [], list });
    await settle();
    await clock.advance(defaultTiming.backoff.maxMs);
    expect([calls, received]).toEqual([['watch'], ['1 things at 10']]);
    expect(queries.watches).toMatchObject([{ resourceVersion: '10' }]);
  });

  it('resumes a closed watch from the last event or bookmark', async () => {
    const watches: Watching[] = [[added('a', 11)], [bookmark('15')], [{ type: 'DELETED', raw: aThing('a', 17) }]];
    const { calls, queries, received } = start({ lists: [page('10')], watches });
    await settle();
    expect(calls).toEqual(['list', 'watch', 'watch', 'watch', 'watch']);
    expect(queries.watches.map((query) => query.resourceVersion)).toEqual(['10', '11', '15', '17']);
    expect(received).toEqual(['0 things at 10', 'present a', 'bookmark 15', 'gone a']);
  });

  it.each([
    ['a watch that breaks', [added('a', 11), new UnavailableError('reset')]],
    ['a watch that is refused', [new KubernetesError('no')]],
    ['an error event', [{ type: 'ERROR' as const, error: new GoneError('too old') }]],
    ['a watch that ends immediately', []],
    ['an invalid object', [{ type: 'ADDED' as const, raw: { metadata: {} } }]],
  ])('lists again after %s, but not before its backoff', async (_what, watch) => {
    const { clock, calls } = start({ lists: [page('10'), page('20')], watches: [watch] });
    await clock.advance(399);
    expect(calls).toEqual(['list', 'watch']);
    await clock.advance(1);
    expect(calls).toEqual(['list', 'watch', 'list', 'watch']);
  });

  it('doubles its backoff up to 30 s', async () => {
    const { clock, failures } = start({ lists: Array.from({ length: 12 }, () => new UnavailableError('down')) });
    const waits: (number | undefined)[] = [];
    for (let i = 0; i < 9; i++) {
      await settle();
      waits.push(clock.nextIn);
      await clock.advance(clock.nextIn ?? 0);
    }
    expect(waits).toEqual([400, 800, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000, 15_000]);
    expect(failures).toHaveLength(10);
  });

  it('respects a Retry-After', async () => {
    const throttled = new ThrottledError('slow down', { retryAfterMs: 9_000 });
    const { clock, calls, failures } = start({ lists: [throttled, page('10')] }, () => 0);
    await clock.advance(8_999);
    expect(calls).toEqual(['list']);
    expect(failures).toEqual([throttled]);
    await clock.advance(1);
    expect(calls).toEqual(['list', 'list', 'watch']);
    expect(failures).toEqual([throttled, 'none']);
  });

  it('reads page by page and replaces everything in one step', async () => {
    const { queries, received } = start({ lists: [page('10', [1, 2], 'more'), page('10', [3])] });
    await settle();
    expect(queries.lists.map(({ limit, continue: token }) => [limit, token])).toEqual([
      [100, undefined],
      [100, 'more'],
    ]);
    expect(received).toEqual(['3 things at 10']);
  });

  it('lists again in larger pages when the continue token expires', async () => {
    const gone = new GoneError('old');
    const { clock, queries, received, failures } = start({
      lists: [page('10', [1], 'more'), gone, page('30', [1], 'more'), page('30', [2])],
    });
    await settle();
    await clock.advance(defaultTiming.backoff.maxMs);
    expect(queries.lists.map(({ limit, continue: token }) => [limit, token])).toEqual([
      [100, undefined],
      [100, 'more'],
      [400, undefined],
      [400, 'more'],
    ]);
    expect(received).toEqual(['2 things at 30']);
    expect(failures).toEqual([gone, 'none']);
  });

  it('lists again on request, which is not a failure', async () => {
    const { listWatch, clock, calls, received, failures } = start({
      lists: [page('10'), page('20', [aThing('a', 15)])],
    });
    await settle();
    listWatch.relist();
    await settle();
    expect(calls).toEqual(['list', 'watch', 'list', 'watch']);
    expect(received).toEqual(['0 things at 10', '1 things at 20']);
    expect(failures).toEqual(['none', 'none']);
    expect(clock.pending).toBe(0);
  });

  it('does not list twice when a list is in progress', async () => {
    const { listWatch, calls } = start({ lists: [] });
    listWatch.relist();
    await settle();
    expect(calls).toEqual(['list']);
  });

  it('stops during a watch and during a pause', async () => {
    const watching = start({ lists: [page('10')] });
    const pausing = start({ lists: [new UnavailableError('down')] });
    for (const { stop, run, clock } of [watching, pausing]) {
      await settle();
      stop.abort();
      await run;
      expect(clock.pending).toBe(0);
    }
    expect(pausing.calls).toEqual(['list']);
    expect(watching.failures).toEqual(['none']);
  });
});

describe('a streaming list', () => {
  it('is complete at its last bookmark; later events are changes', async () => {
    const { calls, queries, received, failures, listWatch } = start({
      watches: [[added('a', 5), added('b', 6), bookmark('7'), endOfList('10'), added('c', 11), bookmark('12'), 'open']],
    });
    await settle();
    expect(received).toEqual(['2 things at 10', 'present c', 'bookmark 12']);
    expect(calls).toEqual(['streaming list']);
    expect(queries.watches).toEqual([{ namespace: 'default', resourceVersion: undefined, timeoutSeconds: 450 }]);
    expect(failures).toEqual(['none']);
    expect(listWatch.objectsRead).toBe(2);
  });

  it('contains the last state of an object that changes meanwhile, and none that is deleted', async () => {
    const deleted: WatchEvent = { type: 'DELETED', raw: aThing('b', 9) };
    const { received } = start({
      watches: [[added('a', 5), added('b', 6), { type: 'MODIFIED', raw: aThing('a', 8) }, deleted, endOfList('10')]],
    });
    await settle();
    expect(received).toEqual(['1 things at 10']);
  });

  it.each([
    ['breaks', new UnavailableError('reset')],
    ['is refused for now', new ThrottledError('slow down')],
    ['has an error event', { type: 'ERROR' as const, error: new GoneError('too old') }],
  ])('that %s starts again after its backoff, without the objects read so far', async (_what, end) => {
    const { clock, calls, received, listWatch } = start({
      watches: [
        [added('a', 5), end],
        [added('b', 6), endOfList('10'), 'open'],
      ],
    });
    await clock.advance(399);
    expect(calls).toEqual(['streaming list']);
    expect(listWatch.isListing).toBe(true);
    await clock.advance(1);
    expect(calls).toEqual(['streaming list', 'streaming list']);
    expect(received).toEqual(['1 things at 10']);
    expect(listWatch.isListing).toBe(false);
  });

  it('that ends before its last bookmark is not complete', async () => {
    const { received, failures } = start({ watches: [[added('a', 5)]] });
    await settle();
    expect(received).toEqual([]);
    expect(failures).toEqual([expect.any(UnavailableError)]);
  });

  it('is not interrupted by a request to list again', async () => {
    const { listWatch, calls } = start({ watches: [[added('a', 5), 'open']] });
    await settle();
    listWatch.relist();
    await settle();
    expect(calls).toEqual(['streaming list']);
  });

  it('is replaced by pages once resource versions have gone back', async () => {
    const script = {
      watches: [
        [endOfList('10'), new UnavailableError('reset')],
        [added('a', 3), endOfList('4')],
      ],
    };
    const { clock, calls, received } = start(script);
    await clock.advance(400);
    expect(received).toEqual(['0 things at 10']);
    await clock.advance(800);
    expect(calls).toEqual(['streaming list', 'streaming list', 'list']);
  });
});
