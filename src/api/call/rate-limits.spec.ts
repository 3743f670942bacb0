import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { RateLimits } from './rate-limits.ts';

describe('rate limits', () => {
  it('limit the calls of each caller and return the time until the next', async () => {
    const clock = new FakeClock();
    const limits = new RateLimits({ rateLimit: 2, rateBurst: 3 }, clock);
    for (let call = 0; call < 3; call++) limits.countCall('alice');

    expect(() => limits.countCall('alice')).toThrow(
      expect.objectContaining({ code: 'ResourceExhausted', details: { retryAfterMs: 500 } }),
    );
    expect(() => limits.countCall('bob')).not.toThrow();
    await clock.advance(500);
    expect(() => limits.countCall('alice')).not.toThrow();
    expect(() => limits.countCall('alice')).toThrow('too many calls');
  });

  it('do not limit calls at a rate of 0', () => {
    const limits = new RateLimits({ rateLimit: 0, rateBurst: 1 }, new FakeClock());

    for (let call = 0; call < 1_000; call++) limits.countCall('alice');
    expect(() => limits.countCall('alice')).not.toThrow();
  });

  it('reserve reviews of new tokens by address before they are sent', async () => {
    const clock = new FakeClock();
    const limits = new RateLimits({ rateLimit: 2, rateBurst: 3 }, clock);
    for (let token = 0; token < 50; token++) limits.reserveReview('10.0.0.1');

    expect(() => limits.reserveReview('10.0.0.1')).toThrow('too many bad tokens; the next is possible in 200 ms');
    expect(() => limits.reserveReview('10.0.0.2')).not.toThrow();
    await clock.advance(200);
    expect(() => limits.reserveReview('10.0.0.1')).not.toThrow();
  });

  it('do not count reviews that are released', () => {
    const limits = new RateLimits({ rateLimit: 2, rateBurst: 3 }, new FakeClock());

    for (let token = 0; token < 100; token++) limits.reserveReview('10.0.0.1')();

    expect(() => limits.reserveReview('10.0.0.1')).not.toThrow();
  });

  it('limit refused calls by address', () => {
    const limits = new RateLimits({ rateLimit: 2, rateBurst: 3 }, new FakeClock());
    for (let call = 0; call < 100; call++) limits.countRefusal('10.0.0.1');

    expect(() => limits.countRefusal('10.0.0.1')).toThrow('too many refused calls');
    expect(() => limits.countRefusal('10.0.0.2')).not.toThrow();
  });

  it('limit anonymous gRPC calls over all connections, except for the first of each', async () => {
    const clock = new FakeClock();
    const limits = new RateLimits({ rateLimit: 2, rateBurst: 3 }, clock);
    const admitted = (calls: number) =>
      Array.from({ length: calls }, (_, at) => limits.admitsAnonymousCall(at + 1)).filter(Boolean).length;

    expect([admitted(2_000), admitted(20)]).toEqual([1_010, 10]);
    await clock.advance(50);
    expect(admitted(30)).toBe(20);
    expect(limits.admitsAnonymousCall(0)).toBe(true);
  });

  it('limit the preflights of each caller, and of all of them', async () => {
    const clock = new FakeClock();
    const limits = new RateLimits({ rateLimit: 0, rateBurst: 1 }, clock);
    const admitted = (username: string) =>
      Array.from({ length: 60 }, () => limits.admitsPreflight(username)).filter(Boolean).length;

    expect(['alice', 'bob', 'carol'].map(admitted)).toEqual([50, 50, 0]);
    await clock.advance(1_000);
    expect(['alice', 'bob', 'carol'].map(admitted)).toEqual([5, 5, 0]);
  });
});
