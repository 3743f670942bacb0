import { describe, expect, it } from '@jest/globals';
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
