import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Backoff, backoffDelay } from './backoff.ts';
import { FakeClock } from './fake-clock.builders.ts';

const policy = { baseMs: 100, maxMs: 10_000 };
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('backoffDelay', () => {
  it.each([
    [1, 100],
    [2, 200],
    [5, 1_600],
    [8, 10_000],
    [10_000, 10_000],
  ])('after %i failures waits up to %i ms', (failures, most) => {
    expect(backoffDelay(policy, failures, () => 0.999_999)).toBe(most - 1);
    expect(backoffDelay(policy, failures, () => 0)).toBe(0);
  });

  it('is never negative or longer than the maximum', () => {
    fc.assert(
      fc.property(fc.nat(), random, (failures, value) => {
        const delay = backoffDelay(policy, failures, () => value);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThan(policy.maxMs);
      }),
    );
  });
});

describe('Backoff', () => {
  const almostOne = () => 0.999_999;

  it('doubles the delay with each consecutive failure', () => {
    const backoff = new Backoff(policy, new FakeClock(), almostOne);
    expect([backoff.next(), backoff.next(), backoff.next()]).toEqual([99, 199, 399]);
  });

  it('adds the Retry-After of the server', () => {
    const backoff = new Backoff(policy, new FakeClock(), () => 0);
    expect(backoff.next(5_000)).toBe(5_000);
  });

  it('resets after a long time without failures, but not after a short one', async () => {
    const clock = new FakeClock();
    const backoff = new Backoff(policy, clock, almostOne);
    backoff.next();
    await clock.advance(20_000);
    expect(backoff.next()).toBe(199);
    await clock.advance(20_001);
    expect(backoff.next()).toBe(99);
  });
});
