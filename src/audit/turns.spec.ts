import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import { Turns } from './turns.ts';

/** Turns that run and find nothing to do, unless the test says otherwise. */
function running(nextInMs = Infinity, { hasMore = 0 } = {}) {
  const clock = new FakeClock();
  const stop = new AbortController();
  let left = hasMore;
  const seen = { taken: 0 };
  const turns = new Turns({
    ...{ clock, random: () => 0.5, nextInMs: () => nextInMs },
    take: () => {
      seen.taken += 1;
      return Promise.resolve(left-- > 0);
    },
  });
  const ended = turns.run(stop.signal);
  return { clock, turns, seen, ended, stop: () => stop.abort() };
}

describe('turns', () => {
  it('set no timer while there is nothing to wait for', async () => {
    const { clock, seen } = running(Infinity);
    await clock.advance(0);
    expect([seen.taken, clock.pending]).toEqual([1, 0]);
  });

  it.each([
    [5_000, 5_000],
    [1, 1_000],
    [-5_000, 1_000],
  ])('come again when there is something to do in %i ms, a second later at the earliest', async (nextInMs, waitMs) => {
    const { clock, seen } = running(nextInMs);
    await clock.advance(waitMs - 1);
    expect(seen.taken).toBe(1);
    await clock.advance(1);
    expect(seen.taken).toBe(2);
  });

  it('follow each other without a wait while there is something to do', async () => {
    const { clock, seen } = running(Infinity, { hasMore: 3 });
    await clock.advance(0);
    expect(seen.taken).toBe(4);
  });

  it('pause after a failure, also when notified, and leave no timer behind', async () => {
    const { clock, turns, seen } = running();
    await clock.advance(0);
    expect(turns.fail(2_000)).toBe(2_125);
    turns.ring();
    await clock.advance(2_124);
    expect(seen.taken).toBe(1);
    await clock.advance(1);
    expect([seen.taken, clock.pending]).toEqual([2, 0]);
  });

  it('pause longer with each failure in a row, and start anew after a success', () => {
    const { turns } = running();
    expect([turns.isWell, turns.fail(0), turns.fail(0), turns.fail(0), turns.isWell]).toEqual([
      ...[true, 125, 250, 500, false],
    ]);
    turns.succeed();
    expect([turns.isWell, turns.fail(0)]).toEqual([true, 125]);
  });

  it('end while they wait, when the signal aborts', async () => {
    const { clock, seen, ended, stop } = running(60_000);
    await clock.advance(0);
    stop();
    await ended;
    expect([seen.taken, clock.pending]).toEqual([1, 0]);
  });
});
