import { describe, expect, it } from '@jest/globals';
import { expiryOf, isSignedJwt } from './jwt.ts';

describe('the expiry of a token', () => {
  const token = (payload: string) => `x.${Buffer.from(payload).toString('base64url')}.y`;

  it.each<[string, string, number | undefined]>([
    ['its exp claim', token('{"exp":1700000000}'), 1_700_000_000_000],
    ['unknown without the claim', token('{}'), undefined],
    ['unknown if the claim is not a number', token('{"exp":"soon"}'), undefined],
    ['unknown if the payload is not JSON', token('exp'), undefined],
    ['unknown if it is not a JWT', 'secret', undefined],
  ])('is %s', (_, text, expected) => {
    expect(expiryOf(text)).toBe(expected);
  });
});

describe('a signed JWT', () => {
  const part = (json: string) => Buffer.from(json).toString('base64url');
  const token = (header: string, payload: string, signature = 'c2ln') =>
    `${part(header)}.${part(payload)}.${signature}`;

  it('is a token with an algorithm, a payload and a signature', () => {
    expect(isSignedJwt(token('{"alg":"RS256"}', '{"sub":"x"}'))).toBe(true);
  });

  it.each([
    ['a word', 'secret'],
    ['without a signature', token('{"alg":"RS256"}', '{}', '')],
    ['without an algorithm', token('{}', '{}')],
    ['with the algorithm none', token('{"alg":"none"}', '{}')],
    ['with a header that is not JSON', token('alg', '{}')],
    ['with a payload that is not an object', token('{"alg":"RS256"}', '[]')],
    ['in four parts', `${token('{"alg":"RS256"}', '{}')}.x`],
  ])('is not a token that is %s', (_, text) => {
    expect(isSignedJwt(text)).toBe(false);
  });
});
