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

  it('keeps one address from having many unknown tokens asked about', async () => {
    const clock = new FakeClock();
    const limits = new RateLimits({ rateLimit: 2, rateBurst: 3 }, clock);
    for (let token = 0; token < 50; token++) limits.countStranger('10.0.0.1');

    expect(() => limits.assertMayAsk('10.0.0.1')).toThrow('too many unknown tokens');
    expect(() => limits.assertMayAsk('10.0.0.2')).not.toThrow();
    await clock.advance(200);
    expect(() => limits.assertMayAsk('10.0.0.1')).not.toThrow();
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
