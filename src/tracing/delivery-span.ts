import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { traceContextOf, tracer } from './tracer.ts';

/**
 * Sends an audit event within a span that is linked to the trace of its execution: deliveries may happen long after that
 * trace has ended.
 */
export async function tracedDelivery<T extends { readonly state: string }>(
  execution: WorkflowExecution,
  deliver: () => Promise<T>,
): Promise<T> {
  const linked = trace.getSpanContext(traceContextOf(execution));
  const links = linked === undefined ? [] : [{ context: linked }];
  const span = tracer().startSpan('audit.deliver', { root: true, kind: SpanKind.CLIENT, links });
  const delivered = await context.with(trace.setSpan(context.active(), span), deliver);
  const { state } = delivered;
  span.setAttribute('audit.state', state);
  if (state !== 'recorded' && state !== 'accepted') span.setStatus({ code: SpanStatusCode.ERROR, message: state });
  span.end();
  return delivered;
}
