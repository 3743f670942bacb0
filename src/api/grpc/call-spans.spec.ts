import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Metadata, status } from '@grpc/grpc-js';
import type { ServerInterceptingCall } from '@grpc/grpc-js';
import type { InMemorySpanExporter } from '@opentelemetry/sdk-trace';
import { activeTraceparent } from '../../tracing/tracer.ts';
import { endTraces, keepTraces } from '../../tracing/spans.builders.ts';
import { nameCall } from '../call/call-span.ts';
import { callSpans } from './call-spans.ts';
import { serviceName } from './package-definition.ts';

type Transport = ConstructorParameters<typeof ServerInterceptingCall>[0];
type InterceptingServerListener = Parameters<Transport['start']>[0];

const calling = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };

let exporter: InMemorySpanExporter;
beforeEach(() => {
  exporter = keepTraces();
});
afterEach(endTraces);

/** A call of a method that has come in whole; `seen` is the trace in which the handler was called. */
function aCall(method: string, work: () => void = () => undefined) {
  let transport: InterceptingServerListener | undefined;
  const next = {
    start: (listener: InterceptingServerListener) => void (transport = listener),
    sendStatus: () => undefined,
  } as unknown as Transport;
  const call = callSpans({ path: method } as never, next);
  let seen: string | undefined;
  call.start({
    onReceiveMetadata: () => undefined,
    onReceiveMessage: () => undefined,
    onReceiveHalfClose: () => {
      seen = activeTraceparent();
      work();
    },
    onCancel: () => undefined,
  });
  const metadata = new Metadata();
  metadata.set('traceparent', `00-${calling.traceId}-${calling.spanId}-01`);
  transport?.onReceiveMetadata(metadata);
  transport?.onReceiveMessage({});
  transport?.onReceiveHalfClose();
  return { call, seen, cancel: () => transport?.onCancel() };
}

describe('a call of the service', () => {
  it('has a span from when it comes until its status is sent, in which its handler works', () => {
    const { call, seen } = aCall(`/${serviceName}/GetWorkflowExecution`, () =>
      nameCall(function getWorkflowExecution() {}),
    );
    expect(exporter.getFinishedSpans()).toEqual([]);

    call.sendStatus({ code: status.UNAUTHENTICATED, details: 'no' });

    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({
      name: 'execution.get',
      parentSpanContext: calling,
      attributes: { 'workflowexecution.transport': 'gRPC', 'rpc.response.status_code': 'UNAUTHENTICATED' },
    });
    expect(seen).toBe(`00-${calling.traceId}-${span?.spanContext().spanId}-01`);
  });

  it('has a span until its caller goes away, once', () => {
    const { call, cancel } = aCall(`/${serviceName}/WatchWorkflowExecutions`);
    cancel();
    call.sendStatus({ code: status.OK, details: 'OK' });
    expect(exporter.getFinishedSpans()).toMatchObject([
      { name: `${serviceName}/WatchWorkflowExecutions`, attributes: { 'rpc.response.status_code': 'CANCELLED' } },
    ]);
  });
});

describe('a call of another service, such as health,', () => {
  it('has none', () => {
    const { call, seen } = aCall('/grpc.health.v1.Health/Check');
    call.sendStatus({ code: status.OK, details: 'OK' });
    expect(exporter.getFinishedSpans()).toEqual([]);
    expect(seen).toBeUndefined();
  });
});
