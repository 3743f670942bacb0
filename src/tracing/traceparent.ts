import { context, ROOT_CONTEXT, trace, type Context } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';

/** Longest text that is looked at, in characters: a traceparent of version 00 has 55, and later ones may have more. */
const maxLength = 128;

/**
 * The context that a `traceparent` names (https://www.w3.org/TR/trace-context/), to be the parent of spans. What is none
 * counts as not given. `tracestate`, which may be long and is the caller's own, is not taken along.
 */
export function contextOf(traceparent: string | undefined): Context {
  if (traceparent === undefined || traceparent.length > maxLength) return ROOT_CONTEXT;
  const parsed = parseTraceParent(traceparent);
  return parsed === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parsed, isRemote: true });
}

/** The `traceparent` of the span that is active now; undefined when there is none, as always when traces are off. */
export function activeTraceparent(): string | undefined {
  const active = trace.getSpanContext(context.active());
  if (active === undefined || !trace.isSpanContextValid(active)) return undefined;
  const { traceId, spanId, traceFlags } = active;
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** The active span in a log line; empty when there is none. The names are those of OpenTelemetry for logs that are JSON. */
export function activeSpanInLog(): { readonly trace_id?: string; readonly span_id?: string } {
  const active = trace.getSpanContext(context.active());
  if (active === undefined || !trace.isSpanContextValid(active)) return {};
  return { trace_id: active.traceId, span_id: active.spanId };
}
