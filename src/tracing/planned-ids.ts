import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';

/** The ids of a span: 32 and 16 hexadecimal digits (https://www.w3.org/TR/trace-context/#traceparent-header). */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

const key = createContextKey('planned span ids');

/** Begins a span that is to have these ids; one with a parent has the trace id of that. */
export function withIds<T>(ids: SpanIds, begin: () => T): T {
  return context.with(ROOT_CONTEXT.setValue(key, ids), begin);
}

/** The ids that the span which begins is to have, if somebody has said so. */
export function planned(): SpanIds | undefined {
  const ids = context.active().getValue(key);
  return isSpanIds(ids) ? ids : undefined;
}

function isSpanIds(value: unknown): value is SpanIds {
  return typeof value === 'object' && value !== null && 'traceId' in value && 'spanId' in value;
}
