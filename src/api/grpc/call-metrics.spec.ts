import { describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import type { ServerInterceptingCall } from '@grpc/grpc-js';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { CallMetrics } from './call-metrics.ts';

type Transport = ConstructorParameters<typeof ServerInterceptingCall>[0];
type InterceptingServerListener = Parameters<Transport['start']>[0];

/** A call that has begun, as grpc-js hands it to an interceptor. */
function aCall() {
  const clock = new FakeClock();
  const observed: unknown[] = [];
  const metrics = new CallMetrics({ observe: (...one: unknown[]) => void observed.push(one) }, clock);
  let transport: InterceptingServerListener | undefined;
  const sent: unknown[] = [];
  const next = {
    start: (listener: InterceptingServerListener) => void (transport = listener),
    sendStatus: (value: unknown) => sent.push(value),
  } as unknown as Transport;
  const call = metrics.interceptor({ path: '/kubernaut.v1.Executions/Get' } as never, next);
  let cancelled = false;
  call.start({ onCancel: () => void (cancelled = true) } as InterceptingServerListener);
  return { call, clock, observed, sent, cancel: () => transport?.onCancel(), wasTold: () => cancelled };
}

const labels = { grpc_service: 'kubernaut.v1.Executions', grpc_method: 'Get' };

describe('a call', () => {
  it('is measured until its status is sent, which is sent on', async () => {
    const { call, clock, observed, sent } = aCall();
    await clock.advance(20);
    call.sendStatus({ code: status.NOT_FOUND, details: 'no' });
    expect(observed).toEqual([[{ ...labels, grpc_code: 'NOT_FOUND' }, 0.02]]);
    expect(sent).toEqual([{ code: status.NOT_FOUND, details: 'no' }]);
  });

  it('is measured until its caller goes away, once, and the handler is told', async () => {
    const { call, clock, observed, cancel, wasTold } = aCall();
    await clock.advance(20);
    cancel();
    call.sendStatus({ code: status.OK, details: 'OK' });
    expect(observed).toEqual([[{ ...labels, grpc_code: 'CANCELLED' }, 0.02]]);
    expect(wasTold()).toBe(true);
  });
});
