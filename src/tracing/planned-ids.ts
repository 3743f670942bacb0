import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { RandomIdGenerator, type IdGenerator } from '@opentelemetry/sdk-trace';

/** The ids of a span: 32 and 16 hexadecimal digits (https://www.w3.org/TR/trace-context/#traceparent-header). */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

const key = createContextKey('planned span ids');

/** Random ids, except where a span is begun within {@link withIds}: a tracer can not be told them in another way. */
export class PlannedIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();

  generateTraceId(): string {
    return planned()?.traceId ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return planned()?.spanId ?? this.#random.generateSpanId();
  }
}

/** Begins a span that is to have these ids; one with a parent has the trace id of that. */
export function withIds<T>(ids: SpanIds, begin: () => T): T {
  return context.with(ROOT_CONTEXT.setValue(key, ids), begin);
}

function planned(): SpanIds | undefined {
  const ids = context.active().getValue(key);
  return isSpanIds(ids) ? ids : undefined;
}

function isSpanIds(value: unknown): value is SpanIds {
  return typeof value === 'object' && value !== null && 'traceId' in value && 'spanId' in value;
}
