import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { keepAliveMs } from '../../config/limits.ts';
import { StreamSignal } from './stream-signal.ts';

/** A stream that sends keep-alives only; `times` are in milliseconds since it began. */
function aStream() {
  const clock = new FakeClock();
  const gone = new AbortController();
  const begin = clock.elapsedMs();
  const signal = new StreamSignal(clock, gone.signal);
  const times: number[] = [];
  const done = (async () => {
    while (!gone.signal.aborted) {
      await signal.wait();
      if (!signal.isKeepAliveDue) continue;
      times.push(clock.elapsedMs() - begin);
      signal.sent();
    }
    signal[Symbol.dispose]();
  })();
  return { clock, gone, signal, times, done };
}

describe('the signal of a stream', () => {
  it('asks for a keep-alive after each 15 s without anything sent', async () => {
    const { clock, times } = aStream();

    await clock.advance(45_000);

    expect(times).toEqual([15_000, 30_000, 45_000]);
  });

  it('asks for no keep-alive while other messages are sent, nor for news that is not sent', async () => {
    const { clock, signal, times } = aStream();
    for (let second = 0; second < 60; second += 10) {
      await clock.advance(10_000);
      signal.sent();
      signal.notify();
    }

    expect(times).toEqual([]);
    await clock.advance(keepAliveMs / 2);
    signal.notify();
    await clock.advance(keepAliveMs / 2);
    expect(times).toEqual([75_000]);
  });

  it('wakes an aborted stream, and leaves no timer behind', async () => {
    const { clock, gone, done } = aStream();
    await clock.advance(1);

    gone.abort();

    await expect(done).resolves.toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it('ends a wait after its own limit', async () => {
    const clock = new FakeClock();
    const signal = new StreamSignal(clock, new AbortController().signal);
    let isOver = false;
    void signal.wait(200).then(() => (isOver = true));

    await clock.advance(199);
    const before = isOver;
    await clock.advance(1);

    expect([before, isOver]).toEqual([false, true]);
  });
});
