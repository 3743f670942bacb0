import { Inject, Injectable } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { context, SpanKind, trace, type Attributes, type Span } from '@opentelemetry/api';
import type { Histogram } from 'prom-client';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { InjectMetric } from '../../metrics/metric.ts';
import { metrics } from '../../metrics/metrics.ts';
import { activeRecordingSpan, parseTraceparent, tracer } from '../../tracing/tracer.ts';
import type { Remote } from './remote.ts';

/** A call whose headers have been received. */
export interface ReceivedCall {
  readonly transport: Remote['transport'];
  /** Name of the span until the handler is known; absent for calls without a span. */
  readonly spanName?: string;
  /** All values of the `traceparent` header. */
  readonly traceparent: readonly unknown[];
}

/** A call in progress. */
export interface ObservedCall {
  /** Runs work for the call in its trace. */
  run<T>(work: () => T): T;
  /** Must be called once, with the metric labels and the span attributes of the result. */
  end(labels: Readonly<Record<string, string | number>>, attributes: Attributes): void;
}

/**
 * Measures and traces every call from its headers to its end, including calls that are refused. The span is a child of
 * the client's `traceparent`.
 */
@Injectable()
export class CallObserver {
  private readonly durations: Readonly<Record<Remote['transport'], Pick<Histogram, 'observe'>>>;

  constructor(
    @InjectMetric(metrics.httpRequests) httpRequests: Pick<Histogram, 'observe'>,
    @InjectMetric(metrics.grpcCalls) grpcCalls: Pick<Histogram, 'observe'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.durations = { REST: httpRequests, gRPC: grpcCalls };
  }

  /** Starts to observe a call. */
  start(call: ReceivedCall): ObservedCall {
    const started = this.clock.elapsedMs();
    const span = startSpan(call);
    return {
      run: (work) => (span === undefined ? work() : context.with(trace.setSpan(context.active(), span), work)),
      end: (labels, attributes) => {
        span?.setAttributes(attributes).end();
        this.durations[call.transport].observe(labels, (this.clock.elapsedMs() - started) / 1_000);
      },
    };
  }
}

function startSpan({ transport, spanName, traceparent }: ReceivedCall): Span | undefined {
  if (spanName === undefined) return undefined;
  const attributes = { 'workflowexecution.transport': transport };
  return tracer().startSpan(spanName, { kind: SpanKind.SERVER, attributes }, parseTraceparent(single(traceparent)));
}

/** The specification ignores repeated headers. */
function single(values: readonly unknown[]): string | undefined {
  const [value, another] = values;
  return typeof value === 'string' && another === undefined ? value : undefined;
}

/** Names the span of a call after its handler: `execution.create` on both transports. */
export function nameSpan(handler: ReturnType<ExecutionContext['getHandler']>): void {
  activeRecordingSpan()?.updateName(`execution.${handler.name.replace(/WorkflowExecutions?/, '')}`);
}
