import { describe, expect, it, jest } from '@jest/globals';
import { FakeClock, settle } from './fake-clock.builders.ts';
import { compactHeap } from './heap-compaction.ts';

function aCompaction() {
  const clock = new FakeClock();
  const collect = jest.fn(() => Promise.resolve());
  const listed = Promise.withResolvers<void>();
  const again = { isListing: false };
  const stop = new AbortController();
  const lists = { listed: listed.promise, isListing: () => again.isListing };
  const done = compactHeap(lists, stop.signal, { clock, collect });
  return { clock, collect, listed, again, stop, done };
}

describe('the memory of the first lists', () => {
  it('is given back once, some time after them', async () => {
    const { clock, collect, listed, done } = aCompaction();
    await clock.advance(60_000);
    listed.resolve();
    await settle();
    await clock.advance(9_999);
    expect(collect).not.toHaveBeenCalled();
    await clock.advance(1);
    await done;
    await clock.advance(600_000);
    expect(collect).toHaveBeenCalledTimes(1);
  });

  it('is given back with that of the list that a new leader makes, when that is through', async () => {
    const { clock, collect, listed, again, done } = aCompaction();
    listed.resolve();
    await settle();
    again.isListing = true;
    await clock.advance(10_000);
    await clock.advance(10_000);
    expect(collect).not.toHaveBeenCalled();
    again.isListing = false;
    await clock.advance(10_000);
    await done;
    expect(collect).toHaveBeenCalledTimes(1);
  });

  it('is left alone when the process ends while something is listed again', async () => {
    const { clock, collect, listed, again, stop, done } = aCompaction();
    listed.resolve();
    again.isListing = true;
    await settle();
    await clock.advance(10_000);
    stop.abort();
    await done;
    expect(collect).not.toHaveBeenCalled();
  });

  it('is left alone when the process ends', async () => {
    const { clock, collect, listed, stop, done } = aCompaction();
    listed.resolve();
    await settle();
    stop.abort();
    await done;
    expect(collect).not.toHaveBeenCalled();
    expect(clock.pending).toBe(0);
  });

  it('is left alone when the process ends before they are there', async () => {
    const { collect, listed, done } = aCompaction();
    listed.reject(new Error('it was stopped'));
    await done;
    expect(collect).not.toHaveBeenCalled();
  });
});
