import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { bearerToken } from './bearer-token.ts';
import { RateLimits } from './rate-limits.ts';
import { describeAccess } from './requested-access.ts';

describe('a bearer token', () => {
  it.each(['Bearer abc.DEF-1_2~+/=', 'bearer abc.DEF-1_2~+/='])('is read from %j', (header) => {
    expect(bearerToken(header)).toBe('abc.DEF-1_2~+/=');
  });

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b', `Bearer ${'a'.repeat(16_384)}`])(
    'is missed in %j',
    (header) => {
      expect(() => bearerToken(header)).toThrow(expect.objectContaining({ code: 'Unauthenticated' }));
    },
  );

  it('is not told in the error', () => {
    expect(() => bearerToken('Bearer sec ret')).not.toThrow(/sec/);
  });
});

describe('the limit of calls', () => {
  it('is told with the time until the next is possible, by caller', async () => {
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

  it('is off at 0', () => {
    const limits = new RateLimits({ rateLimit: 0, rateBurst: 1 }, new FakeClock());

    for (let call = 0; call < 1_000; call++) limits.countCall('alice');
    expect(() => limits.countCall('alice')).not.toThrow();
  });

  it('reserves reviews of new tokens by address, before they are sent', async () => {
    const clock = new FakeClock();
    const limits = new RateLimits({ rateLimit: 2, rateBurst: 3 }, clock);
    for (let token = 0; token < 50; token++) limits.reserveReview('10.0.0.1');

    expect(() => limits.reserveReview('10.0.0.1')).toThrow('too many bad tokens; the next is possible in 200 ms');
    expect(() => limits.reserveReview('10.0.0.2')).not.toThrow();
    await clock.advance(200);
    expect(() => limits.reserveReview('10.0.0.1')).not.toThrow();
  });

  it('does not count reviews of tokens that turned out to be good', () => {
    const limits = new RateLimits({ rateLimit: 2, rateBurst: 3 }, new FakeClock());

    for (let token = 0; token < 100; token++) limits.reserveReview('10.0.0.1')();

    expect(() => limits.reserveReview('10.0.0.1')).not.toThrow();
  });

  it('counts calls that are refused without a review by address', () => {
    const limits = new RateLimits({ rateLimit: 2, rateBurst: 3 }, new FakeClock());
    for (let call = 0; call < 100; call++) limits.countRefusal('10.0.0.1');

    expect(() => limits.countRefusal('10.0.0.1')).toThrow('too many refused calls');
    expect(() => limits.countRefusal('10.0.0.2')).not.toThrow();
  });
});

describe('what is wanted', () => {
  const wfe = { group: 'workflowexecution.kubernaut.ai', resource: 'workflowexecutions' };

  it.each([
    [{ ...wfe, verb: 'create', namespace: 'payment' }, 'create workflowexecutions in namespace payment'],
    [{ ...wfe, verb: 'list' }, 'list workflowexecutions in all namespaces'],
    [
      { ...wfe, verb: 'get', subresource: 'log', namespace: 'a', name: 'b' },
      'get workflowexecutions/log in namespace a',
    ],
  ])('is told in a sentence: %j', (access, sentence) => {
    expect(describeAccess(access)).toBe(sentence);
  });
});
