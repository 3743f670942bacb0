import { describe, expect, it } from '@jest/globals';
import { TokenBucket } from './token-bucket.ts';

describe('a token bucket', () => {
  it('gives its burst at once, and then one for each refill', () => {
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

  it('is never more than full', () => {
    const bucket = new TokenBucket({ burst: 2, refillMs: 100 }, 0);
    bucket.take(0);
    expect([1_000, 1_000, 1_000].map((now) => bucket.take(now))).toEqual([true, true, false]);
  });
});
