import type { ExecutionContext } from '@nestjs/common';
import { Reflector as Metadata } from '@nestjs/core';
import { describe, expect, it, jest } from '@jest/globals';
import type { Authenticator } from '../../auth/authenticator.ts';
import { aJwt } from '../../auth/auth.builders.ts';
import type { Authorizer } from '../../auth/authorizer.ts';
import { UnavailableError } from '../../kubernetes/errors.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { Access, AccessGuard, AccessPerExecution } from './access.guard.ts';
import { AccessLog } from './access-log.ts';
import { Authentication } from './authentication.ts';
import { callContextOf } from './call.ts';
import { RateLimits } from './rate-limits.ts';
import { describeAccess, Permissions } from './permissions.ts';

const token = aJwt('alice');
const alice = { username: 'alice', groups: [], extra: {} };

class Handlers {
  @Access('get')
  read(this: void): void {}

  @Access('watch')
  watch(this: void): void {}

  @AccessPerExecution('list')
  perExecution(this: void): void {}

  open(this: void): void {}
}
const { read, watch, perExecution, open } = new Handlers();

/** A REST call with a token, for payment/we-1 by default. */
function callOf(
  handler: () => void = read,
  address: { name?: string; query?: object } = { name: 'we-1' },
): ExecutionContext {
  const { name, query = {} } = address;
  const request = {
    params: { namespace: 'payment', name },
    headers: { authorization: `Bearer ${token}` },
    socket: { remoteAddress: '10.0.0.1' },
    query,
  };
  const http = { getRequest: () => request };
  return { getType: () => 'http', getHandler: () => handler, switchToHttp: () => http } as unknown as ExecutionContext;
}

/** A guard in a cluster with this caller and permission. */
function guardIn({ caller = () => Promise.resolve<typeof alice | undefined>(alice), allowed = true, burst = 10 } = {}) {
  const allows = jest.fn<Authorizer['allows']>(() => Promise.resolve(allowed));
  const authenticate = jest.fn<Authenticator['authenticate']>(caller);
  const authenticator = { authenticate, knows: () => true } as unknown as Authenticator;
  const limits = new RateLimits({ rateLimit: 1, rateBurst: burst }, new FakeClock());
  const caps = { auth: 'kubernetes' as const, maxConnections: 1, maxConnectionsPerAddress: 1 };
  const metadata = new Metadata();
  const guard = new AccessGuard(
    metadata,
    new Authentication(authenticator, limits, caps),
    new Permissions({ allows } as unknown as Authorizer),
    limits,
    new AccessLog(metadata),
    { auth: 'kubernetes', grpcMaxConnectionAgeMs: 0 },
  );
  return { guard, allows, authenticate };
}

describe('the access guard', () => {
  it('admits any caller to a handler that checks the permission itself', async () => {
    const { guard, allows, authenticate } = guardIn({ allowed: false });
    const context = callOf(perExecution);

    await expect(guard.canActivate(context)).resolves.toBe(true);

    expect(authenticate).toHaveBeenCalledWith(token);
    expect(allows).not.toHaveBeenCalled();
    expect(callContextOf(context).caller).toEqual(alice);
  });

  it('admits a caller with the declared permission in the namespace of the call', async () => {
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

  it('requires the permission to watch one execution only, if the query names it', async () => {
    const { guard, allows } = guardIn();

    await guard.canActivate(callOf(watch, { query: { name: 'we-1' } }));

    expect(allows).toHaveBeenCalledWith(alice, expect.objectContaining({ namespace: 'payment', name: 'we-1' }));
  });

  it('refuses an invalid name before it checks permissions, as for namespaces', async () => {
    for (const call of [callOf(read, { name: 'A_b' }), callOf(watch, { query: { name: 'A_b' } })]) {
      await expect(guardIn({ allowed: false }).guard.canActivate(call)).rejects.toMatchObject({
        code: 'InvalidArgument',
        message: expect.stringContaining('name: must be a DNS subdomain'),
      });
    }
  });

  it('refuses a caller without the permission', async () => {
    const { guard } = guardIn({ allowed: false });

    await expect(guard.canActivate(callOf())).rejects.toMatchObject({
      code: 'PermissionDenied',
      message: 'alice may not get workflowexecutions in namespace payment',
    });
  });

  it('refuses an unknown token without a SubjectAccessReview', async () => {
    const { guard, allows } = guardIn({ caller: () => Promise.resolve(undefined) });

    await expect(guard.canActivate(callOf())).rejects.toMatchObject({ code: 'Unauthenticated' });
    expect(allows).not.toHaveBeenCalled();
  });

  it('refuses calls as Unavailable while the cluster does not answer', async () => {
    const { guard } = guardIn({ caller: () => Promise.reject(new UnavailableError('away')) });

    await expect(guard.canActivate(callOf())).rejects.toMatchObject({
      code: 'Unavailable',
      details: { retryAfterMs: 1_000 },
    });
  });

  it('applies the rate limit before it reviews permissions', async () => {
    const { guard, allows } = guardIn({ burst: 1 });
    await guard.canActivate(callOf());

    await expect(guard.canActivate(callOf())).rejects.toMatchObject({ code: 'ResourceExhausted' });
    expect(allows).toHaveBeenCalledTimes(1);
  });

  it('rechecks the permission of a stream', async () => {
    const { guard, allows } = guardIn();
    const call = callOf();
    await guard.canActivate(call);
    allows.mockResolvedValue(false);

    await expect(callContextOf(call).recheck()).rejects.toMatchObject({ code: 'PermissionDenied' });
  });

  it('refuses calls of a handler without @Access', async () => {
    await expect(guardIn().guard.canActivate(callOf(open))).rejects.toThrow('open has no @Access');
  });
});

describe('a missing permission', () => {
  const wfe = { group: 'workflowexecution.kubernaut.ai', resource: 'workflowexecutions' };

  it.each([
    [{ ...wfe, verb: 'create', namespace: 'payment' }, 'create workflowexecutions in namespace payment'],
    [{ ...wfe, verb: 'list' }, 'list workflowexecutions in all namespaces'],
    [
      { ...wfe, verb: 'get', subresource: 'log', namespace: 'a', name: 'b' },
      'get workflowexecutions/log in namespace a',
    ],
  ])('is described for %j', (access, sentence) => {
    expect(describeAccess(access)).toBe(sentence);
  });
});
