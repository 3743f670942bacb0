import { context, SpanKind, trace, type Span } from '@opentelemetry/api';
import type { ApiRequest } from '../kubernetes/transport.ts';
import { isTerminal, phaseOf } from '../workflow-execution/execution.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { activeRecordingSpan, attributesOf, setErrorStatus, traceContextOf, tracer } from './tracer.ts';

/** Reconciliations that have written something. */
const relevant = new WeakSet<Span>();

/**
 * Reconciles an execution within a span of its trace. Most reconciliations change nothing: their span is never ended and so
 * never exported.
 */
export async function tracedReconcile<T>(execution: WorkflowExecution, reconcile: () => Promise<T>): Promise<T> {
  const attributes = { ...attributesOf(execution.metadata), 'workflowexecution.phase.before': phaseOf(execution) };
  const parent = traceContextOf(execution);
  const span = tracer().startSpan('reconcile', { attributes }, parent);
  try {
    return await context.with(trace.setSpan(parent, span), reconcile);
  } catch (error) {
    relevant.add(span);
    setErrorStatus(span, error);
    throw error;
  } finally {
    if (relevant.has(span)) span.end();
  }
}

/** Records the phase that the current reconciliation has written, with the outcome if it is final. */
export function recordPhase(before: WorkflowExecution, after: WorkflowExecution): void {
  const span = activeRecordingSpan();
  if (span === undefined) return;
  const phase = phaseOf(after);
  span.setAttribute('workflowexecution.phase.after', phase);
  if (!isTerminal(phase) || isTerminal(phaseOf(before))) return;
  const { outcome, failure, skip } = after.status ?? {};
  const reason = failure?.reason ?? skip?.reason;
  span.setAttributes({ 'workflowexecution.outcome': outcome, 'workflowexecution.reason': reason });
}

/** TokenReviews and SubjectAccessReviews: requests by POST that change nothing, repeated for each open watch. */
const review = /^\/apis\/(authentication|authorization)\.k8s\.io\/[^/]+\/[a-z]+reviews$/;

/** Sends a write to the cluster within a span of its own, if it is part of a call or a reconciliation with a span. */
export async function tracedWrite<T>({ method, path }: ApiRequest, send: () => Promise<T>): Promise<T> {
  const parent = trace.getActiveSpan();
  if (parent === undefined || review.test(path)) return send();
  relevant.add(parent);
  const route = routeOf(path);
  const attributes = { 'http.request.method': method, 'http.route': route, 'url.path': path };
  const span = tracer().startSpan(`${method} ${route}`, { kind: SpanKind.CLIENT, attributes });
  try {
    return await send();
  } catch (error) {
    setErrorStatus(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** The path without names, as the name of spans of one kind. */
function routeOf(path: string): string {
  return path.replace(/\/namespaces\/[^/]+\/([^/]+)(\/[^/]+)?/, (_, plural: string, name?: string) =>
    ['/namespaces/{namespace}', plural, ...(name === undefined ? [] : ['{name}'])].join('/'),
  );
}
