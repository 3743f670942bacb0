import { describe, expect, it } from '@jest/globals';
import { expiryOf, isSignedJwt } from './jwt.ts';
import { parseTokenReview } from './caller.ts';

const user = { username: 'alice', uid: '7', groups: ['sre', 'system:authenticated'], extra: { scope: ['a', 'b'] } };

describe('a TokenReview', () => {
  it('identifies the caller', () => {
    const status = { authenticated: true, user, audiences: ['workflow-execution'] };

    expect(parseTokenReview(status, ['workflow-execution'])).toEqual(user);
  });

  it.each([
    ['it is not authenticated', { authenticated: false, user, audiences: ['workflow-execution'] }],
    ['it has no result', { user, audiences: ['workflow-execution'] }],
    ['the token was issued for another service', { authenticated: true, user, audiences: ['vault'] }],
    ['the token was issued for the API server', { authenticated: true, user }],
    ['it has no user name', { authenticated: true, user: { groups: [] }, audiences: ['workflow-execution'] }],
    ['the user name is empty', { authenticated: true, user: { username: '' }, audiences: ['workflow-execution'] }],
    ['it is not an object', 'yes'],
  ])('refuses the token if %s', (_, status) => {
    expect(parseTokenReview(status, ['workflow-execution'])).toBeUndefined();
  });
});

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
