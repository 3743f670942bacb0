import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { executionSpanContext } from './execution-span.ts';
import { tracer } from './tracer.ts';

/** The most links of a span, as the SDK has it by default. */
const maxLinks = 128;

/**
 * Hands audit events over within a span that links to the trace of every execution that they are of: one request has the
 * events of many, so it can be part of none of them.
 *
 * @param executions those of the events, one for each
 */
export async function tracedDelivery<T extends { readonly state: string }>(
  executions: readonly WorkflowExecution[],
  deliver: () => Promise<T>,
): Promise<T> {
  const byUid = new Map(executions.map((execution) => [execution.metadata.uid, execution]));
  const links = [...byUid.values()].slice(0, maxLinks).flatMap((execution) => {
    const linked = executionSpanContext(execution);
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
