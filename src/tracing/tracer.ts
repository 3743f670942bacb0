import {
  context,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import type { NamedExecution } from '../workflow-execution/execution.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { ownAnnotations } from '../workflow-execution/metadata.ts';

/** Creates the spans of this service; they are no-ops unless traces are exported. */
export function tracer(): Tracer {
  return trace.getTracer('workflow-execution');
}

/** The attributes of all spans of an execution. */
export function attributesOf({ namespace, name, uid }: NamedExecution): Attributes {
  return {
    'workflowexecution.namespace': namespace,
    'workflowexecution.name': name,
    'workflowexecution.uid': uid,
  };
}

/** The active span if it is recording; the span of a call has ended if its caller has disconnected. */
export function activeRecordingSpan(): Span | undefined {
  const span = trace.getActiveSpan();
  return span?.isRecording() === true ? span : undefined;
}

/** Sets the attributes of an execution on the active span. */
export function setExecutionAttributes(subject: NamedExecution): void {
  activeRecordingSpan()?.setAttributes(attributesOf(subject));
}

/** Sets the status of a span to error. Only the class of the error is recorded: messages may quote requests. */
export function setErrorStatus(span: Span, error: unknown): void {
  const type = error instanceof Error ? error.name : 'unknown';
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR, message: type });
}

/** Maximum length of a traceparent: version 00 has 55 characters, later versions may have more. */
const maxLength = 128;

/**
 * The context with the span of a `traceparent` (https://www.w3.org/TR/trace-context/) as parent; the root context if it is
 * absent or invalid. `tracestate`, which may be long, is dropped.
 */
export function parseTraceparent(traceparent: string | undefined): Context {
  if (traceparent === undefined || traceparent.length > maxLength) return ROOT_CONTEXT;
  const parsed = parseTraceParent(traceparent);
  return parsed === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parsed, isRemote: true });
}

/** The context of an execution's trace, from its annotation. */
export function traceContextOf({ metadata }: WorkflowExecution): Context {
  return parseTraceparent(metadata.annotations?.[ownAnnotations.traceparent]);
}

/** The `traceparent` of the active span; undefined if there is none or traces are off. */
export function activeTraceparent(): string | undefined {
  const active = activeSpanContext();
  return active && `00-${active.traceId}-${active.spanId}-${active.traceFlags.toString(16).padStart(2, '0')}`;
}

/** The active span as log fields, named as OpenTelemetry names them in JSON logs. */
export function spanLogFields(): { readonly trace_id?: string; readonly span_id?: string } {
  const active = activeSpanContext();
  return active === undefined ? {} : { trace_id: active.traceId, span_id: active.spanId };
}

function activeSpanContext(): SpanContext | undefined {
  const active = trace.getSpanContext(context.active());
  return active !== undefined && trace.isSpanContextValid(active) ? active : undefined;
}
