import { describe, expect, it, jest } from '@jest/globals';
import { EventEmitter } from 'node:events';
import type { ExecutionContext } from '@nestjs/common';
import { Metadata, status, type ServerInterceptingCall } from '@grpc/grpc-js';
import { anonymousBudget, callBytes, requestBudget } from '../../config/limits.ts';
import { FakeClock, settle } from '../../kubernetes/fake-clock.builders.ts';
import type { AccessLog } from '../call/access-log.ts';
import type { Authentication } from '../call/authentication.ts';
import { callOf, setCallContext } from '../call/call.ts';
import { RateLimits } from '../call/rate-limits.ts';
import { RequestBudgets } from '../call/request-budget.ts';
import { ApiError, invalidField } from '../errors/api-error.ts';
import { CallAdmission } from './call-admission.ts';
import { incomingRequest, IncomingRequest } from './incoming-request.ts';
import { DecodedRequest, serviceName } from './service-definition.ts';

type Transport = ConstructorParameters<typeof ServerInterceptingCall>[0];
type Listener = Parameters<Transport['start']>[0];

/** Admits calls of a caller, or anonymous ones; `call` makes one whose headers have been received. */
function admission(caller: string | undefined, rateBurst = 100) {
  const clock = new FakeClock();
  const authenticate = jest.fn<Authentication['authenticate']>(() =>
    caller === undefined
      ? Promise.reject(new ApiError('Unauthenticated', 'no'))
      : Promise.resolve({ caller: { username: caller, groups: [], extra: {} }, token: 'token' }),
  );
  const limits = new RateLimits({ rateLimit: 1, rateBurst }, clock);
  const refusedUnread = jest.fn<AccessLog['refusedUnread']>();
  const { interceptor } = new CallAdmission(
    { authenticate } as unknown as Authentication,
    limits,
    new RequestBudgets(),
    { refusedUnread } as unknown as AccessLog,
    { auth: 'kubernetes' },
    clock,
  );
  const call = async (path = `/${serviceName}/CreateWorkflowExecution`, metadata = new Metadata()) => {
    const result: { isRead: boolean; isComplete: boolean; status?: status; message?: unknown } = {
      isRead: false,
      isComplete: false,
    };
    let transport: Listener | undefined;
    const next = {
      start: (listener: Listener) => void (transport = listener),
      sendStatus: ({ code }: { code: status }) => void (result.status ??= code),
      getConnectionInfo: () => ({ remoteAddress: '10.0.0.1', remotePort: 1 }),
    } as unknown as Transport;
    interceptor({ path } as never, next).start({
      onReceiveMetadata: () => (result.isRead = true),
      onReceiveMessage: (message: unknown) => (result.message = message),
      onReceiveHalfClose: () => (result.isComplete = true),
      onCancel: () => undefined,
    });
    transport?.onReceiveMetadata(metadata);
    await settle();
    return {
      result,
      complete: (bytes: number) => {
        transport?.onReceiveMessage(new DecodedRequest(bytes, {}));
        transport?.onReceiveHalfClose();
        return settle();
      },
      sendMalformed: () => transport?.onReceiveMessage(new DecodedRequest(1, invalidField(['parent'], 'is odd'))),
      end: () => {
        transport?.onCancel();
        return settle();
      },
    };
  };
  return { clock, call, refusedUnread, authenticate };
}

describe('the admission of gRPC calls', () => {
  it('does not read an unauthenticated call, and logs it', async () => {
    const { call, refusedUnread } = admission(undefined);

    const { result } = await call();

    expect(result).toMatchObject({ isRead: false, status: status.UNAUTHENTICATED });
    expect(refusedUnread).toHaveBeenCalledWith(
      'create',
      expect.objectContaining({ address: '10.0.0.1' }),
      undefined,
      expect.anything(),
    );
  });

  it('does not read a call with two tokens', async () => {
    const metadata = new Metadata();
    for (const token of ['Bearer a', 'Bearer b']) metadata.add('authorization', token);

    const { result } = await admission('alice').call(undefined, metadata);

    expect(result).toMatchObject({ isRead: false, status: status.INVALID_ARGUMENT });
  });

  it('reads anonymous calls of health and reflection', async () => {
    const { result } = await admission(undefined).call('/grpc.health.v1.Health/Check');

    expect(result).toEqual({ isRead: true, isComplete: false });
  });

  it('lets the oldest incomplete call of a caller give way to a new one', async () => {
    const { call } = admission('alice', 10_000);
    const [oldest, complete, ...others] = await Promise.all(Array.from({ length: 3 }, () => call()));
    await complete?.complete(10);
    const fits = requestBudget.perOwner / callBytes.incomplete;
    for (let number = 3; number < fits; number++) others.push(await call());

    expect(oldest?.result.status).toBeUndefined();
    others.push(await call());

    expect(oldest?.result.status).toBe(status.RESOURCE_EXHAUSTED);
    expect(others.filter(({ result }) => !result.isRead || result.status !== undefined)).toEqual([]);
  });

  it('counts the metadata and what has arrived of the message', async () => {
    const { call } = admission('alice');
    const incoming = Object.assign(new IncomingRequest(), { metadataBytes: 10_000 });
    const large = await incomingRequest.run(incoming, () => call());
    const room = requestBudget.perOwner - callBytes.incomplete - 10_000;

    incoming.take(room);
    expect(large.result.status).toBeUndefined();
    incoming.take(room + 1);

    expect(large.result.status).toBe(status.RESOURCE_EXHAUSTED);
  });

  it('refuses requests of more than 16 KiB unless they create something', async () => {
    const { call } = admission('alice');
    const [create, watch] = [await call(), await call(`/${serviceName}/WatchWorkflowExecutions`)];

    await Promise.all([create.complete(20_000), watch.complete(20_000)]);

    expect([create.result.status, watch.result.status]).toEqual([undefined, status.RESOURCE_EXHAUSTED]);
  });

  it('can be ended by its handler', async () => {
    const [abort, metadata] = [jest.fn(), new Metadata()];
    const { call } = admission('alice');
    await incomingRequest.run(Object.assign(new IncomingRequest(), { abort }), () => call(undefined, metadata));
    const handled = Object.assign(new EventEmitter(), { metadata });
    const context = { getType: () => 'rpc', getArgByIndex: () => handled } as unknown as ExecutionContext;
    setCallContext(context, { recheck: () => Promise.resolve() });

    callOf(context).abort();

    expect(abort).toHaveBeenCalled();
  });

  it('lets the oldest call to health or reflection give way to a new one, complete or not', async () => {
    const { call } = admission(undefined);
    const calls = [];
    const fits = anonymousBudget.perOwner / callBytes.anonymous;
    for (let number = 0; number < fits + 2; number++) {
      const one = await call('/grpc.health.v1.Health/Watch');
      await one.complete(10);
      calls.push(one);
    }

    const ended = calls.map(({ result }) => result.status === status.RESOURCE_EXHAUSTED);
    expect(ended.map((is, number) => (is ? number : -1)).filter((number) => number >= 0)).toEqual([0, 1]);
  });

  it('does not read a call that gave way while its caller was authenticated', async () => {
    const { call, authenticate } = admission('alice');
    const review = Promise.withResolvers<never>();
    authenticate.mockReturnValueOnce(review.promise);
    const incoming = Object.assign(new IncomingRequest(), { metadataBytes: anonymousBudget.perOwner });
    const { result } = await incomingRequest.run(incoming, () => call());
    expect(result).toMatchObject({ isRead: false, status: status.RESOURCE_EXHAUSTED });

    review.resolve({ caller: { username: 'alice', groups: [], extra: {} }, token: 'token' } as never);
    await settle();

    expect(result.isRead).toBe(false);
  });

  it('refuses a request that is not complete after 30 s', async () => {
    const { clock, call } = admission('alice');
    const [slow, complete] = [await call(), await call()];
    await complete.complete(10);

    await clock.advance(30_000);

    expect(slow.result.status).toBe(status.DEADLINE_EXCEEDED);
    expect(complete.result.status).toBeUndefined();
  });

  it('leaves no timer behind when a call ends', async () => {
    const { clock, call } = admission('alice');
    const cancelled = await call();

    await cancelled.end();

    expect(clock.pending).toBe(0);
  });

  it('refuses calls over the rate limit before they are read, and logs their caller', async () => {
    const { call, refusedUnread } = admission('alice', 1);
    await call();

    const { result } = await call();

    expect(result).toEqual({ isRead: false, isComplete: false, status: status.RESOURCE_EXHAUSTED });
    expect(refusedUnread.mock.calls[0]?.[2]).toMatchObject({ username: 'alice' });
  });

  it('passes the message on, or refuses it if it is malformed', async () => {
    const { call } = admission('alice');
    const [good, malformed] = [await call(), await call()];

    await good.complete(10);
    malformed.sendMalformed();

    expect(good.result.message).toEqual({});
    expect(malformed.result).toEqual({ isRead: true, isComplete: false, status: status.INVALID_ARGUMENT });
  });
});
