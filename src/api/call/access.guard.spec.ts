import type { ExecutionContext } from '@nestjs/common';
import { Reflector as Metadata } from '@nestjs/core';
import { describe, expect, it, jest } from '@jest/globals';
import type { Authenticator } from '../../auth/authenticator.ts';
import { aJwt } from '../../auth/auth.builders.ts';
import type { Authorizer } from '../../auth/authorizer.ts';
import { UnavailableError } from '../../kubernetes/errors.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { Access } from './access.decorator.ts';
import { AccessGuard } from './access.guard.ts';
import { AttemptLog } from './attempt-log.ts';
import { Authentication } from './authentication.ts';
import { grantOf } from './grant.ts';
import { RateLimits } from './rate-limits.ts';
import { Rights } from './rights.ts';

const token = aJwt('alice');
const alice = { username: 'alice', groups: [], extra: {} };

class Handlers {
  @Access('get')
  read(this: void): void {}

  open(this: void): void {}
}
const { read, open } = new Handlers();

/** A REST call for payment/we-1 with a token. */
function callOf(handler: () => void = read): ExecutionContext {
  const request = {
    params: { namespace: 'payment', name: 'we-1' },
    headers: { authorization: `Bearer ${token}` },
    socket: { remoteAddress: '10.0.0.1' },
    query: {},
  };
  const http = { getRequest: () => request };
  return { getType: () => 'http', getHandler: () => handler, switchToHttp: () => http } as unknown as ExecutionContext;
}

/** A guard in a cluster that knows this caller and says whether they may. */
function guardIn({ caller = () => Promise.resolve<typeof alice | undefined>(alice), allowed = true, burst = 10 } = {}) {
  const allows = jest.fn<Authorizer['allows']>(() => Promise.resolve(allowed));
  const authenticate = jest.fn<Authenticator['authenticate']>(caller);
  const authenticator = { authenticate, knows: () => true } as unknown as Authenticator;
  const limits = new RateLimits({ rateLimit: 1, rateBurst: burst }, new FakeClock());
  const caps = { maxConnections: 1, maxConnectionsPerAddress: 1 };
  const metadata = new Metadata();
  const guard = new AccessGuard(
    metadata,
    new Authentication(authenticator, limits, caps),
    new Rights({ allows } as unknown as Authorizer),
    limits,
    new AttemptLog(metadata),
    { auth: 'kubernetes', grpcMaxConnectionAgeMs: 0 },
  );
  return { guard, allows, authenticate };
}

describe('the access guard', () => {
  it('lets a caller through who may do what the handler says, where the call is for', async () => {
    const { guard, allows, authenticate } = guardIn();

    await expect(guard.canActivate(callOf())).resolves.toBe(true);

    expect(authenticate).toHaveBeenCalledWith(token);
    expect(allows).toHaveBeenCalledWith(alice, {
      group: 'workflowexecution.kubernaut.ai',
      resource: 'workflowexecutions',
      verb: 'get',
      namespace: 'payment',
      name: 'we-1',
    });
  });

  it('refuses a caller who may not', async () => {
    const { guard } = guardIn({ allowed: false });

    await expect(guard.canActivate(callOf())).rejects.toMatchObject({
      code: 'PermissionDenied',
      message: 'alice may not get workflowexecutions in namespace payment',
    });
  });

  it('refuses a token that the cluster does not know, and asks nothing about it', async () => {
    const { guard, allows } = guardIn({ caller: () => Promise.resolve(undefined) });

    await expect(guard.canActivate(callOf())).rejects.toMatchObject({ code: 'Unauthenticated' });
    expect(allows).not.toHaveBeenCalled();
  });

  it('refuses everybody for now while the cluster cannot be asked', async () => {
    const { guard } = guardIn({ caller: () => Promise.reject(new UnavailableError('away')) });

    await expect(guard.canActivate(callOf())).rejects.toMatchObject({
      code: 'Unavailable',
      details: { retryAfterMs: 1_000 },
    });
  });

  it('refuses a caller who has called too often, before their rights are asked for', async () => {
    const { guard, allows } = guardIn({ burst: 1 });
    await guard.canActivate(callOf());

    await expect(guard.canActivate(callOf())).rejects.toMatchObject({ code: 'ResourceExhausted' });
    expect(allows).toHaveBeenCalledTimes(1);
  });

  it('lets a stream ask again whether its caller still may', async () => {
    const { guard, allows } = guardIn();
    const call = callOf();
    await guard.canActivate(call);
    allows.mockResolvedValue(false);

    await expect(grantOf(call).recheck()).rejects.toMatchObject({ code: 'PermissionDenied' });
  });

  it('lets nobody call a handler that does not say what right it needs', async () => {
    await expect(guardIn().guard.canActivate(callOf(open))).rejects.toThrow('open does not say what right it needs');
  });
});
