import { describe, expect, it, jest } from '@jest/globals';
import { Metadata, status, type ServerInterceptingCall } from '@grpc/grpc-js';
import { FakeClock, settle } from '../../kubernetes/fake-clock.builders.ts';
import type { AccessLog } from '../call/access-log.ts';
import type { Authentication } from '../call/authentication.ts';
import { RequestBudgets } from '../call/byte-budget.ts';
import { RateLimits } from '../call/rate-limits.ts';
import { ApiError, invalidField } from '../errors/api-error.ts';
import { CallAdmission } from './call-admission.ts';
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
  return { clock, call, refusedUnread };
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

  it('does not read a call while others of its caller have reserved 16 MiB', async () => {
    const { call } = admission('alice');
    const calls = await Promise.all(Array.from({ length: 16 }, () => call()));
    const [small, large, ended] = calls;
    const more = await Promise.all([call(), call(), call()]);
    const read = () => more.map(({ result }) => result.isRead);

    expect(read()).toEqual([false, false, false]);
    await small?.complete(10);
    expect(read()).toEqual([false, false, false]);
    await large?.complete(1_000);
    expect(read()).toEqual([true, false, false]);
    await ended?.end();
    expect(read()).toEqual([true, true, false]);
  });

  it('bounds the open calls of health and reflection per address, however small', async () => {
    const { call } = admission(undefined);
    const calls = [];
    for (let number = 0; number < 60; number++) {
      const one = await call('/grpc.health.v1.Health/Watch');
      await one.complete(10);
      calls.push(one);
    }

    expect(calls.filter(({ result }) => result.isRead).length).toBe(49);
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
