import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { traceContextOf, tracer } from './tracer.ts';

/** Maximum links of a span; the SDK's default. */
const maxLinks = 128;

/**
 * Delivers audit events within a span that is linked to the traces of their executions: one request may have events of many.
 *
 * @param executions of the events, one for each event
 */
export async function tracedDelivery<T extends { readonly state: string }>(
  executions: readonly WorkflowExecution[],
  deliver: () => Promise<T>,
): Promise<T> {
  const byUid = new Map(executions.map((execution) => [execution.metadata.uid, execution]));
  const links = [...byUid.values()].slice(0, maxLinks).flatMap((execution) => {
    const linked = trace.getSpanContext(traceContextOf(execution));
    return linked === undefined ? [] : [{ context: linked }];
  });
  const attributes = { 'audit.events': executions.length };
  const span = tracer().startSpan('audit.deliver', { root: true, kind: SpanKind.CLIENT, links, attributes });
  const delivered = await context.with(trace.setSpan(context.active(), span), deliver);
  const { state } = delivered;
  span.setAttribute('audit.state', state);
  if (state !== 'recorded' && state !== 'queued') span.setStatus({ code: SpanStatusCode.ERROR, message: state });
  span.end();
  return delivered;
}
