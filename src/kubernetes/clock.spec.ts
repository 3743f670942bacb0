import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { sleep } from './async.ts';
import { systemClock } from './clock.ts';
import { FakeClock, settle } from './fake-clock.builders.ts';

describe('the system clock', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('waits for a timer that is longer than Node can wait', () => {
    const days = 24 * 60 * 60 * 1000;
    const fn = jest.fn();
    systemClock.setTimer(60 * days, fn);
    jest.advanceTimersByTime(60 * days - 1);
    expect(fn).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(fn).toHaveBeenCalledTimes(1);
  });

  it('does not fire a timer that was cancelled, in any of its parts', () => {
    const fn = jest.fn();
    const cancel = systemClock.setTimer(2 ** 32, fn);
    jest.advanceTimersByTime(2 ** 31);
    cancel();
    jest.advanceTimersByTime(2 ** 32);
    expect(fn).not.toHaveBeenCalled();
  });

  it('tells the time', () => {
    jest.setSystemTime(new Date('2026-02-03T04:05:06Z'));
    expect(systemClock.now()).toEqual(new Date('2026-02-03T04:05:06Z'));
  });
});

describe('sleep', () => {
  const slept = (clock: FakeClock, signal?: AbortSignal) => {
    const state = { over: false };
    void sleep(clock, 1_000, signal).then(() => (state.over = true));
    return state;
  };

  it('lasts as long as it should', async () => {
    const clock = new FakeClock();
    const state = slept(clock);
    await clock.advance(999);
    expect(state.over).toBe(false);
    await clock.advance(1);
    expect(state.over).toBe(true);
  });

  it('ends when the signal aborts, and leaves no timer behind', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const state = slept(clock, controller.signal);
    controller.abort();
    await settle();
    expect(state.over).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('does not begin when the signal has aborted before', async () => {
    const clock = new FakeClock();
    const state = slept(clock, AbortSignal.abort());
    await settle();
    expect(state.over).toBe(true);
    expect(clock.pending).toBe(0);
  });
});
