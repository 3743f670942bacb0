import { describe, expect, it, jest } from '@jest/globals';
import { CancelledError } from './errors.ts';
import { FakeClock, settle } from './fake-clock.builders.ts';
import { compactHeap } from './heap-compaction.ts';
import { silentLogger } from './logger.ts';

function aCompaction() {
  const clock = new FakeClock();
  const collect = jest.fn(() => Promise.resolve());
  const synced = Promise.withResolvers<void>();
  const reflector = { isListing: false, waitForSync: () => synced.promise };
  const stop = new AbortController();
  const done = compactHeap([reflector], stop.signal, { clock, log: silentLogger, collect });
  return { clock, collect, synced, reflector, stop, done };
}

describe('the heap', () => {
  it('is compacted once, ten seconds after the initial lists', async () => {
    const { clock, collect, synced, done } = aCompaction();
    await clock.advance(60_000);
    synced.resolve();
    await settle();
    await clock.advance(9_999);
    expect(collect).not.toHaveBeenCalled();
    await clock.advance(1);
    await done;
    await clock.advance(600_000);
    expect(collect).toHaveBeenCalledTimes(1);
  });

  it('is not compacted while a new leader lists again', async () => {
    const { clock, collect, synced, reflector, done } = aCompaction();
    synced.resolve();
    await settle();
    reflector.isListing = true;
    await clock.advance(10_000);
    await clock.advance(10_000);
    expect(collect).not.toHaveBeenCalled();
    reflector.isListing = false;
    await clock.advance(10_000);
    await done;
    expect(collect).toHaveBeenCalledTimes(1);
  });

  it.each([false, true])('is not compacted when the process stops (listing: %s)', async (isListing) => {
    const { clock, collect, synced, reflector, stop, done } = aCompaction();
    synced.resolve();
    reflector.isListing = isListing;
    await settle();
    await clock.advance(isListing ? 10_000 : 0);
    stop.abort();
    await done;
    expect(collect).not.toHaveBeenCalled();
    expect(clock.pending).toBe(0);
  });

  it('is not compacted when the process stops before the initial lists are complete', async () => {
    const { collect, synced, done } = aCompaction();
    synced.reject(new CancelledError('stopped'));
    await expect(done).rejects.toThrow(CancelledError);
    expect(collect).not.toHaveBeenCalled();
  });
});
