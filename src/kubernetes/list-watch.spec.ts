import { describe, expect, it } from '@jest/globals';
import type { CallOptions, ListPage, ListQuery, WatchQuery } from './client.ts';
import { GoneError, KubernetesError, ThrottledError, UnavailableError } from './errors.ts';
import { FakeClock, settle } from './fake-clock.builders.ts';
import { aThing, things } from './kubernetes-object.builders.ts';
import { defaultTiming, ListWatch } from './list-watch.ts';
import { silentLogger } from './logger.ts';
import type { WatchEvent } from './watch-stream.ts';

/** What the server does at one call: fails, or sends something. A watch that was told 'open' stays open. */
type Listing = Error | ListPage<unknown>;
type Watching = readonly (WatchEvent | Error | 'open')[];

const page = (resourceVersion: string, items: unknown[] = [], token?: string): ListPage<unknown> => ({
  items,
  resourceVersion,
  continue: token,
});
const added = (name: string, version: number): WatchEvent => ({ type: 'ADDED', raw: aThing(name, version) });
const bookmark = (resourceVersion: string): WatchEvent => ({ type: 'BOOKMARK', resourceVersion });

/** A list and watch against a server that does what the script says, one entry a call; then it hangs. */
function start(script: { lists: Listing[]; watches?: Watching[] }, random = () => 0.5) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const calls: string[] = [];
  const queries: { lists: ListQuery[]; watches: WatchQuery[] } = { lists: [], watches: [] };
  const told: string[] = [];
  const failures: (KubernetesError | 'none')[] = [];
  const forever = (signal = stop.signal) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  const client = {
    async listRaw(_resource: unknown, query: ListQuery = {}) {
      calls.push('list');
      queries.lists.push(query);
      const next = script.lists.shift() ?? (await forever());
      if (next instanceof Error) throw next;
      return next;
    },
    async *watch(_resource: unknown, query: WatchQuery, { signal }: CallOptions) {
      calls.push('watch');
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
    timing: defaultTiming,
    clock,
    random,
    log: silentLogger,
    sink: {
      read: (raw) => raw,
      replace: (items, version) => told.push(`${items.length} things at ${version}`),
      apply: ({ key }, _raw, present) => told.push(`${present ? 'present' : 'gone'} ${key.name}`),
      advance: (version) => told.push(`nothing else up to ${version}`),
      failing: (error) => failures.push(error ?? 'none'),
    },
  });
  const run = listWatch.run(stop.signal);
  return { listWatch, clock, stop, run, calls, queries, told, failures };
}

describe('a list and watch', () => {
  it('watches from where the list ended, for between five and ten minutes', async () => {
    const { queries, told } = start({ lists: [page('10', [aThing('a', 5)])] });
    await settle();
    expect(told).toEqual(['1 things at 10']);
    expect(queries.watches).toEqual([{ namespace: 'default', resourceVersion: '10', timeoutSeconds: 450 }]);
  });

  it('takes an ended watch up at the last event or bookmark', async () => {
    const watches: Watching[] = [[added('a', 11)], [bookmark('15')], [{ type: 'DELETED', raw: aThing('a', 17) }]];
    const { calls, queries, told } = start({ lists: [page('10')], watches });
    await settle();
    expect(calls).toEqual(['list', 'watch', 'watch', 'watch', 'watch']);
    expect(queries.watches.map((query) => query.resourceVersion)).toEqual(['10', '11', '15', '17']);
    expect(told).toEqual(['0 things at 10', 'present a', 'nothing else up to 15', 'gone a']);
  });

  it.each([
    ['a watch that breaks off', [added('a', 11), new UnavailableError('reset')]],
    ['a watch that is refused', [new KubernetesError('no')]],
    ['an error event', [{ type: 'ERROR' as const, error: new GoneError('too old') }]],
    ['a watch that ends at once with nothing said', []],
    ['an object that is none', [{ type: 'ADDED' as const, raw: { metadata: {} } }]],
  ])('lists again after %s, and not before its backoff', async (_what, watch) => {
    const { clock, calls } = start({ lists: [page('10'), page('20')], watches: [watch] });
    await clock.advance(399);
    expect(calls).toEqual(['list', 'watch']);
    await clock.advance(1);
    expect(calls).toEqual(['list', 'watch', 'list', 'watch']);
  });

  it('backs off longer with every failure, up to half a minute', async () => {
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

  it('does not come back before the server asked it to', async () => {
    const throttled = new ThrottledError('slow down', { retryAfterMs: 9_000 });
    const { clock, calls, failures } = start({ lists: [throttled, page('10')] }, () => 0);
    await clock.advance(8_999);
    expect(calls).toEqual(['list']);
    expect(failures).toEqual([throttled]);
    await clock.advance(1);
    expect(calls).toEqual(['list', 'list', 'watch']);
    expect(failures).toEqual([throttled, 'none']);
  });

  it('reads page by page, and hands over all at once', async () => {
    const { queries, told } = start({ lists: [page('10', [1, 2], 'more'), page('10', [3])] });
    await settle();
    expect(queries.lists.map(({ limit, continue: token }) => [limit, token])).toEqual([
      [100, undefined],
      [100, 'more'],
    ]);
    expect(told).toEqual(['3 things at 10']);
  });

  it('reads everything in one piece when the pages grow too old', async () => {
    const { queries, told, failures } = start({
      lists: [page('10', [1], 'more'), new GoneError('old'), page('30', [1, 2])],
    });
    await settle();
    expect(queries.lists[2]).toMatchObject({ limit: undefined, continue: undefined });
    expect(told).toEqual(['2 things at 30']);
    expect(failures).toEqual(['none']);
  });

  it('lists again at once when it is asked to, and calls that no failure', async () => {
    const { listWatch, clock, calls, told, failures } = start({ lists: [page('10'), page('20', [aThing('a', 15)])] });
    await settle();
    listWatch.relist();
    await settle();
    expect(calls).toEqual(['list', 'watch', 'list', 'watch']);
    expect(told).toEqual(['0 things at 10', '1 things at 20']);
    expect(failures).toEqual(['none', 'none']);
    expect(clock.pending).toBe(0);
  });

  it('is content with the list that is under way when it is asked for another', async () => {
    const { listWatch, calls } = start({ lists: [] });
    listWatch.relist();
    await settle();
    expect(calls).toEqual(['list']);
  });

  it('stops in the middle of a watch, of a pause, and before it began', async () => {
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
