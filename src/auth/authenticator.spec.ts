import { describe, expect, it, jest } from '@jest/globals';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import { Authenticator } from './authenticator.ts';

const user = { username: 'alice', uid: '7', groups: [], extra: {} };
const known = { authenticated: true, user, audiences: ['workflow-execution'] };
const unknown = { authenticated: false };

/** An authenticator with a cache time of a minute, on a cluster with these responses. */
function anAuthenticator(status: object) {
  const clock = new FakeClock();
  const review = jest.fn(() => Promise.resolve(status));
  const config = { authAudiences: ['workflow-execution'], authCacheMs: 60_000 };
  return { clock, review, authenticator: new Authenticator({ review } as unknown as KubernetesClient, config, clock) };
}

/** A token that expires this many milliseconds from now. */
function tokenFor(clock: FakeClock, ms: number): string {
  const payload = JSON.stringify({ exp: (clock.now().getTime() + ms) / 1_000 });
  return `e30.${Buffer.from(payload).toString('base64url')}.c2ln`;
}

describe('the result for a token', () => {
  it.each([
    ['for the configured time', 3_600_000, known, 60_000],
    ['until the token expires', 10_000, known, 10_000],
    ['for 5 s if the token is unknown', 3_600_000, unknown, 5_000],
  ])('is cached %s', async (_, validMs, status, cachedMs) => {
    const { authenticator, clock, review } = anAuthenticator(status);
    const token = tokenFor(clock, validMs);
    await authenticator.authenticate(token);

    await clock.advance(cachedMs - 1);
    await authenticator.authenticate(token);
    expect(review).toHaveBeenCalledTimes(1);

    await clock.advance(2);
    await authenticator.authenticate(token);
    expect(review).toHaveBeenCalledTimes(2);
  });

  it('is not cached after the token has expired', async () => {
    const { authenticator, clock, review } = anAuthenticator(known);
    const token = tokenFor(clock, -1_000);

    await authenticator.authenticate(token);
    await authenticator.authenticate(token);

    expect(review).toHaveBeenCalledTimes(2);
  });

  it('is the caller, or undefined', async () => {
    const { authenticator } = anAuthenticator(known);
    await expect(authenticator.authenticate('secret')).resolves.toMatchObject({ username: 'alice' });
    await expect(anAuthenticator(unknown).authenticator.authenticate('secret')).resolves.toBeUndefined();
  });
});
