import { describe, expect, it, jest } from '@jest/globals';
import { Metadata, status, type ServerInterceptingCall } from '@grpc/grpc-js';
import { FakeClock, settle } from '../../kubernetes/fake-clock.builders.ts';
import type { AttemptLog } from '../call/attempt-log.ts';
import type { Authentication } from '../call/authentication.ts';
import { RequestBodies } from '../call/request-bodies.ts';
import { ApiError } from '../errors/api-error.ts';
import { CallAdmission } from './call-admission.ts';
import { measured } from './encoded-size.ts';
import { serviceName } from './package-definition.ts';

type Transport = ConstructorParameters<typeof ServerInterceptingCall>[0];
type Listener = Parameters<Transport['start']>[0];

/** A message that had so many bytes on the wire. */
const messageOf = (bytes: number) => measured(() => ({}))(Buffer.alloc(bytes));

/** Admits calls of a caller, or of nobody; `calls` makes one that has come as far as its headers. */
function admission(caller: string | undefined) {
  const clock = new FakeClock();
  const authenticate = jest.fn<Authentication['authenticate']>(() =>
    caller === undefined
      ? Promise.reject(new ApiError('Unauthenticated', 'no'))
      : Promise.resolve({ caller: { username: caller, groups: [], extra: {} }, token: 'token' }),
  );
  const refusedUnread = jest.fn<AttemptLog['refusedUnread']>();
  const { interceptor } = new CallAdmission(
    { authenticate } as unknown as Authentication,
    new RequestBodies(),
    { refusedUnread } as unknown as AttemptLog,
    { auth: 'kubernetes' },
    clock,
  );
  const call = async (path = `/${serviceName}/CreateWorkflowExecution`) => {
    const seen = { isRead: false, isWhole: false, status: undefined as status | undefined };
    let transport: Listener | undefined;
    const next = {
      start: (listener: Listener) => void (transport = listener),
      sendStatus: ({ code }: { code: status }) => void (seen.status ??= code),
      getConnectionInfo: () => ({ remoteAddress: '10.0.0.1', remotePort: 1 }),
    } as unknown as Transport;
    interceptor({ path } as never, next).start({
      onReceiveMetadata: () => (seen.isRead = true),
      onReceiveMessage: () => undefined,
      onReceiveHalfClose: () => (seen.isWhole = true),
      onCancel: () => undefined,
    });
    transport?.onReceiveMetadata(new Metadata());
    await settle();
    return {
      seen,
      complete: (bytes: number) => {
        transport?.onReceiveMessage(messageOf(bytes));
        transport?.onReceiveHalfClose();
        return settle();
      },
      end: () => {
        transport?.onCancel();
        return settle();
      },
    };
  };
  return { clock, call, refusedUnread };
}

describe('the admission of gRPC calls', () => {
  it('reads nothing of a call whose caller is not authenticated, and logs the attempt', async () => {
    const { call, refusedUnread } = admission(undefined);

    const { seen } = await call();

    expect(seen).toMatchObject({ isRead: false, status: status.UNAUTHENTICATED });
    expect(refusedUnread).toHaveBeenCalledWith(
      'create',
      expect.objectContaining({ address: '10.0.0.1' }),
      expect.anything(),
    );
  });

  it('reads health and reflection without a caller', async () => {
    const { seen } = await admission(undefined).call('/grpc.health.v1.Health/Check');

    expect(seen).toMatchObject({ isRead: true, status: undefined });
  });

  it('does not read a call while others of its caller may bring 16 MiB', async () => {
    const { call } = admission('alice');
    const calls = await Promise.all(Array.from({ length: 16 }, () => call()));
    const [small, large, ended] = calls;
    const more = await Promise.all([call(), call(), call()]);
    const read = () => more.map(({ seen }) => seen.isRead);

    expect(read()).toEqual([false, false, false]);
    await small?.complete(10);
    expect(read()).toEqual([false, false, false]);
    await large?.complete(1_000);
    expect(read()).toEqual([true, false, false]);
    await ended?.end();
    expect(read()).toEqual([true, true, false]);
  });

  it('bounds the calls to health and reflection that one address has open, however small', async () => {
    const { call } = admission(undefined);
    const calls = [];
    for (let number = 0; number < 60; number++) {
      const one = await call('/grpc.health.v1.Health/Watch');
      await one.complete(10);
      calls.push(one);
    }

    expect(calls.filter(({ seen }) => seen.isRead).length).toBe(49);
  });

  it('refuses a request that is not whole after 30 s', async () => {
    const { clock, call } = admission('alice');
    const [slow, whole] = [await call(), await call()];
    await whole.complete(10);

    await clock.advance(30_000);

    expect(slow.seen.status).toBe(status.DEADLINE_EXCEEDED);
    expect(whole.seen.status).toBeUndefined();
  });

  it('leaves no timer behind when a call ends', async () => {
    const { clock, call } = admission('alice');
    const cancelled = await call();

    await cancelled.end();

    expect(clock.pending).toBe(0);
  });
});
