import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Metadata, status } from '@grpc/grpc-js';
import type { ServerInterceptingCall } from '@grpc/grpc-js';
import type { InMemorySpanExporter } from '@opentelemetry/sdk-trace';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { endTraces, keepTraces } from '../../tracing/spans.builders.ts';
import { activeTraceparent } from '../../tracing/tracer.ts';
import { CallObserver, nameSpan } from '../call/call-observer.ts';
import { observeCalls } from './observe-calls.ts';
import { serviceName } from './service-definition.ts';

type Transport = ConstructorParameters<typeof ServerInterceptingCall>[0];
type Listener = Parameters<Transport['start']>[0];

const parent = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };

let exporter: InMemorySpanExporter;
beforeEach(() => {
  exporter = keepTraces();
});
afterEach(endTraces);

/** A received call whose handler does `work`. */
function receive(method: string, work: () => void = () => undefined) {
  const clock = new FakeClock();
  const durations: unknown[] = [];
  const histogram = { observe: (...one: unknown[]) => void durations.push(one) };
  const sent: unknown[] = [];
  let transport: Listener | undefined;
  const next = {
    start: (listener: Listener) => void (transport = listener),
    sendStatus: (value: unknown) => sent.push(value),
  } as unknown as Transport;
  const handler = { traceparent: undefined as string | undefined, isCancelled: false };
  const call = observeCalls(new CallObserver(histogram, histogram, clock))({ path: method } as never, next);
  call.start({
    onReceiveMetadata: () => undefined,
    onReceiveMessage: () => undefined,
    onReceiveHalfClose: () => {
      handler.traceparent = activeTraceparent();
      work();
    },
    onCancel: () => void (handler.isCancelled = true),
  });
  const metadata = new Metadata();
  metadata.set('traceparent', `00-${parent.traceId}-${parent.spanId}-01`);
  transport?.onReceiveMetadata(metadata);
  transport?.onReceiveMessage({});
  transport?.onReceiveHalfClose();
  return { call, clock, durations, sent, handler, cancel: () => transport?.onCancel() };
}

describe('a gRPC call', () => {
  const get = `/${serviceName}/GetWorkflowExecution`;
  const labels = { grpc_service: serviceName, grpc_method: 'GetWorkflowExecution' };

  it('is measured and traced until its status is sent, with its handler in the trace', async () => {
    const { call, clock, durations, sent, handler } = receive(get, () => nameSpan(function getWorkflowExecution() {}));
    await clock.advance(20);
    expect([durations, exporter.getFinishedSpans()]).toEqual([[], []]);

    call.sendStatus({ code: status.UNAUTHENTICATED, details: 'no' });

    expect(sent).toEqual([{ code: status.UNAUTHENTICATED, details: 'no' }]);
    expect(durations).toEqual([[{ ...labels, grpc_code: 'UNAUTHENTICATED' }, 0.02]]);
    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({
      name: 'execution.get',
      parentSpanContext: parent,
      attributes: { 'workflowexecution.transport': 'gRPC', 'rpc.response.status_code': 'UNAUTHENTICATED' },
    });
    expect(handler.traceparent).toBe(`00-${parent.traceId}-${span?.spanContext().spanId}-01`);
  });

  it('is measured and traced once if it is canceled, and its handler is notified', () => {
    const { call, durations, handler, cancel } = receive(get);

    cancel();
    call.sendStatus({ code: status.OK, details: 'OK' });

    expect(handler.isCancelled).toBe(true);
    expect(durations).toEqual([[{ ...labels, grpc_code: 'CANCELLED' }, 0]]);
    expect(exporter.getFinishedSpans()).toMatchObject([
      { name: get.slice(1), attributes: { 'rpc.response.status_code': 'CANCELLED' } },
    ]);
  });

  it('of the health service is measured without a span', () => {
    const { call, durations, handler } = receive('/grpc.health.v1.Health/Check');

    call.sendStatus({ code: status.OK, details: 'OK' });

    expect(durations).toHaveLength(1);
    expect([exporter.getFinishedSpans(), handler.traceparent]).toEqual([[], undefined]);
  });
});
