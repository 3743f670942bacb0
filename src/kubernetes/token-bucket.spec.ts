import { describe, expect, it } from '@jest/globals';
import { TokenBucket } from './token-bucket.ts';

describe('a token bucket', () => {
  it('allows a burst, then one per refill', () => {
    const bucket = new TokenBucket({ burst: 2, refillMs: 100 }, 0);
    expect([0, 0, 0, 99, 100, 100, 250].map((now) => bucket.take(now))).toEqual([
      true,
      true,
      false,
      false,
      true,
      false,
      true,
    ]);
  });

  it('never exceeds its burst', () => {
    const bucket = new TokenBucket({ burst: 2, refillMs: 100 }, 0);
    bucket.take(0);
    expect([1_000, 1_000, 1_000].map((now) => bucket.take(now))).toEqual([true, true, false]);
  });
});
