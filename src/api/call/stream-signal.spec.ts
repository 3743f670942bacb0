import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { streamKeepAliveMs } from '../../config/limits.ts';
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
  it('asks for a keep-alive after each streamKeepAliveMs without anything sent', async () => {
    const { clock, times } = aStream();

    await clock.advance(3 * streamKeepAliveMs);

    expect(times).toEqual([1, 2, 3].map((count) => count * streamKeepAliveMs));
  });

  it('asks for no keep-alive while other messages are sent, nor for news that is not sent', async () => {
    const { clock, signal, times } = aStream();
    for (let sent = 0; sent < 6; sent += 1) {
      await clock.advance(streamKeepAliveMs - 1);
      signal.sent();
      signal.notify();
    }

    expect(times).toEqual([]);
    await clock.advance(streamKeepAliveMs / 2);
    signal.notify();
    await clock.advance(streamKeepAliveMs / 2);
    expect(times).toEqual([7 * streamKeepAliveMs - 6]);
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
