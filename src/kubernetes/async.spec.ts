import { describe, expect, it } from '@jest/globals';
import { sleep, pace } from './async.ts';
import { FakeClock } from './fake-clock.builders.ts';

function aRun(items: readonly string[], withinMs: number, tookMs: readonly number[] = []) {
  const [clock, stop] = [new FakeClock(), new AbortController()];
  const [begunAt, seen] = [clock.elapsedMs(), [] as [string, number][]];
  const run = (async () => {
    for await (const item of pace(items, withinMs, clock, stop.signal)) {
      seen.push([item, clock.elapsedMs() - begunAt]);
      await sleep(clock, tookMs[seen.length - 1] ?? 0);
    }
    return clock.elapsedMs() - begunAt;
  })();
  return { clock, stop, seen, run };
}

describe('items that are pace over some time', () => {
  it('come evenly, the first at once and the last one part before the end', async () => {
    const { clock, seen, run } = aRun(['a', 'b', 'c', 'd'], 1_000);
    await clock.advance(1_000);
    expect(seen).toEqual([
      ['a', 0],
      ['b', 250],
      ['c', 500],
      ['d', 750],
    ]);
    expect(await run).toBe(750);
  });

  it('come when they would have come where one before took long, and at once when that is over', async () => {
    const { clock, seen, run } = aRun(['a', 'b', 'c', 'd'], 1_000, [100, 400]);
    await clock.advance(1_000);
    expect(seen).toEqual([
      ['a', 0],
      ['b', 250],
      ['c', 650],
      ['d', 750],
    ]);
    await run;
  });

  it('come one right after the other where there is no time', async () => {
    const { clock, seen, run } = aRun(['a', 'b', 'c'], 0);
    await clock.advance(0);
    expect(await run).toBe(0);
    expect(seen.map(([item]) => item)).toEqual(['a', 'b', 'c']);
    expect(clock.pending).toBe(0);
  });

  it('come no more as soon as it is ended, in the middle of a pause', async () => {
    const { clock, stop, seen, run } = aRun(['a', 'b', 'c'], 900);
    await clock.advance(450);
    stop.abort();
    expect(await run).toBe(450);
    expect(seen.map(([item]) => item)).toEqual(['a', 'b']);
    expect(clock.pending).toBe(0);
  });

  it('are none when there are none', async () => {
    const { run, seen } = aRun([], 1_000);
    expect(await run).toBe(0);
    expect(seen).toEqual([]);
  });
});
