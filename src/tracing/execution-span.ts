import { createHash } from 'node:crypto';
import { trace, type Span, type SpanContext } from '@opentelemetry/api';
import { ownAnnotations } from '../workflow-execution/metadata.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { targetOf } from '../workflow-execution/target-resource.ts';
import { withIds, type SpanIds } from './planned-ids.ts';
import { contextOf } from './traceparent.ts';
import { attributesOf, tracer } from './tracer.ts';

/**
 * The span that is the execution itself, from its creation to its end: a child of the API call that created it, else the
 * beginning of a trace of its own. Its ids are made of the UID (docs/adr/0025-traces.md), so that whoever works on the
 * execution, at whatever time and in whatever process, has the same span as the parent of what it does. It reaches the
 * exporter when it is ended, and whoever sees the execution end does that; all others just let go of it.
 */
export function executionSpan(execution: WorkflowExecution): Span {
  const { metadata, spec } = execution;
  const { uid, annotations, creationTimestamp } = metadata;
  const attributes = {
    ...attributesOf(metadata),
    'workflowexecution.workflow.id': spec.workflowRef.workflowId,
    'workflowexecution.workflow.version': spec.workflowRef.version,
    'workflowexecution.target': targetOf(execution),
  };
  const startTime = new Date(creationTimestamp);
  const parent = contextOf(annotations?.[ownAnnotations.traceparent]);
  return withIds(idsOf(uid), () => tracer().startSpan('execution', { startTime, attributes }, parent));
}

/** Where the trace of an execution can be linked to; undefined when there is none. */
export function executionSpanContext(execution: WorkflowExecution): SpanContext | undefined {
  const spanContext = executionSpan(execution).spanContext();
  return trace.isSpanContextValid(spanContext) ? spanContext : undefined;
}

/** A UID is 128 bits in hexadecimal digits, as a trace id is: who knows the one knows the other. */
function idsOf(uid: string): SpanIds {
  const digits = uid.replaceAll('-', '').toLowerCase();
  const traceId = /^[0-9a-f]{32}$/.test(digits) ? digits : createHash('sha256').update(uid).digest('hex').slice(0, 32);
  return { traceId, spanId: traceId.slice(16) };
}
