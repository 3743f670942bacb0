import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { systemClock } from './clock.ts';

describe('the system clock', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('supports timers longer than those of Node.js', () => {
    const days = 24 * 60 * 60 * 1000;
    const fn = jest.fn();
    systemClock.setTimer(60 * days, fn);
    jest.advanceTimersByTime(60 * days - 1);
    expect(fn).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(fn).toHaveBeenCalledTimes(1);
  });

  it('cancels a long timer in any of its parts', () => {
    const fn = jest.fn();
    const cancel = systemClock.setTimer(2 ** 32, fn);
    jest.advanceTimersByTime(2 ** 31);
    cancel();
    jest.advanceTimersByTime(2 ** 32);
    expect(fn).not.toHaveBeenCalled();
  });

  it('returns the current time', () => {
    jest.setSystemTime(new Date('2026-02-03T04:05:06Z'));
    expect(systemClock.now()).toEqual(new Date('2026-02-03T04:05:06Z'));
  });
});
