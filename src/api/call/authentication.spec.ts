import { describe, expect, it, jest } from '@jest/globals';
import { aJwt } from '../../auth/auth.builders.ts';
import { Authenticator } from '../../auth/authenticator.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { UnavailableError } from '../../kubernetes/errors.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { Authentication, bearerToken } from './authentication.ts';
import type { Remote } from './remote.ts';
import { RateLimits } from './rate-limits.ts';

const good = aJwt('alice');
const audiences = ['workflow-execution'];

/** A cluster that has issued one token. */
function cluster() {
  const clock = new FakeClock();
  const review = jest.fn<KubernetesClient['review']>((_resource, { spec }) => {
    const { token } = spec as { token: string };
    return Promise.resolve({ authenticated: token === good, user: { username: 'alice' }, audiences });
  });
  const limited = { auth: 'kubernetes' as const, maxConnections: 9, maxConnectionsPerAddress: 9 };
  const config = { authAudiences: audiences, authCacheMs: 10_000, ...limited };
  const authenticator = new Authenticator({ review } as unknown as KubernetesClient, config, clock);
  const limits = new RateLimits({ rateLimit: 100, rateBurst: 200 }, clock);
  const authentication = new Authentication(authenticator, limits, config);
  const call = (token: string, over: Partial<Remote> = {}) =>
    authentication.authenticate({
      transport: 'REST',
      address: '10.0.0.1',
      authorization: `Bearer ${token}`,
      ...over,
    });
  return { clock, review, authentication, call };
}

const badTokens = (count: number) => Array.from({ length: count }, (_, at) => aJwt(`stranger ${at}`));

describe('authentication', () => {
  it('bounds the reviews of concurrent calls', async () => {
    const { review, call } = cluster();

    const refused = await Promise.allSettled(badTokens(400).map((token) => call(token)));

    expect(review).toHaveBeenCalledTimes(50);
    expect(refused.map(({ status }) => status)).not.toContain('fulfilled');
  });

  it('admits a known token while bad tokens from the same address are refused, also when it is reviewed again', async () => {
    const { clock, call } = cluster();
    await call(good);
    await clock.advance(11_000);
    await Promise.allSettled(badTokens(100).map((token) => call(token)));

    await expect(call(good)).resolves.toMatchObject({ caller: { username: 'alice' } });
  });

  it('releases the reservation if the token is good', async () => {
    const { call } = cluster();
    await Promise.allSettled(badTokens(49).map((token) => call(token)));

    await call(good);

    await expect(call(aJwt('another'))).rejects.toMatchObject({ code: 'Unauthenticated' });
  });

  it('releases the reservation if the cluster does not answer', async () => {
    const { review, call } = cluster();
    review.mockRejectedValue(new UnavailableError('away'));

    for (const token of badTokens(60)) await expect(call(token)).rejects.toMatchObject({ code: 'Unavailable' });
  });

  it.each(['nonsense', 'a.b.c', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.'])(
    'refuses %j, which is not a signed JWT, without a review',
    async (token) => {
      const { review, call } = cluster();

      await expect(call(token)).rejects.toMatchObject({ code: 'Unauthenticated' });
      expect(review).not.toHaveBeenCalled();
    },
  );

  it('authenticates a gRPC call once', async () => {
    const { clock, review, call } = cluster();
    const [first, second] = [{}, {}];

    await call(good, { transport: 'gRPC', metadata: first });
    await clock.advance(11_000);
    await expect(call(good, { transport: 'gRPC', metadata: first })).resolves.toMatchObject({
      caller: { username: 'alice' },
    });
    expect(review).toHaveBeenCalledTimes(1);
    await call(good, { transport: 'gRPC', metadata: second });

    expect(review).toHaveBeenCalledTimes(2);
  });

  it('limits calls without a token by address', async () => {
    const { authentication, call } = cluster();
    const anonymous = () => authentication.authenticate({ transport: 'REST', address: '10.0.0.1' });
    await Promise.allSettled(Array.from({ length: 100 }, anonymous));

    await expect(anonymous()).rejects.toMatchObject({ code: 'ResourceExhausted' });
    await expect(call(good)).resolves.toBeDefined();
  });
});

describe('a bearer token', () => {
  it.each(['Bearer abc.DEF-1_2~+/=', 'bearer abc.DEF-1_2~+/='])('is read from %j', (header) => {
    expect(bearerToken(header)).toBe('abc.DEF-1_2~+/=');
  });

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b', `Bearer ${'a'.repeat(16_384)}`])(
    'is missing in %j',
    (header) => {
      expect(() => bearerToken(header)).toThrow(expect.objectContaining({ code: 'Unauthenticated' }));
    },
  );

  it('is not quoted in the error', () => {
    expect(() => bearerToken('Bearer sec ret')).not.toThrow(/sec/);
  });
});
