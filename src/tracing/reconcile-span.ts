import { context, createContextKey, ROOT_CONTEXT, trace, type Span } from '@opentelemetry/api';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../workflow-execution/execution.ts';
import { executionSpan } from './execution-span.ts';
import { attributesOf, noteFailure, tracer } from './tracer.ts';

/** A look of the reconciler at an execution, as it goes on. */
class Look {
  /** Whether there is anything to be told of it. */
  isWorthASpan = false;

  constructor(
    readonly whole: Span,
    readonly span: Span,
  ) {}
}

const key = createContextKey('look of the reconciler');

/**
 * Looks at an execution within a span. Looks that change nothing and do not fail are most of all, and leave no span: one
 * that is never ended never reaches the exporter.
 */
export async function tracedReconcile<T>(execution: WorkflowExecution, look: () => Promise<T>): Promise<T> {
  const whole = executionSpan(execution);
  const attributes = { ...attributesOf(execution.metadata), 'workflowexecution.phase.before': phaseOf(execution) };
  const span = tracer().startSpan('reconcile', { attributes }, trace.setSpan(ROOT_CONTEXT, whole));
  const current = new Look(whole, span);
  try {
    return await context.with(trace.setSpan(ROOT_CONTEXT, span).setValue(key, current), look);
  } catch (error) {
    current.isWorthASpan = true;
    noteFailure(span, error);
    throw error;
  } finally {
    if (current.isWorthASpan) span.end();
  }
}

/** Says that the look that goes on has changed something. */
export function noteChange(): void {
  const look = context.active().getValue(key);
  if (look instanceof Look) look.isWorthASpan = true;
}

/** Says what phase a look has brought an execution to; with the last one its own span ends. */
export function notePhase(before: WorkflowExecution, after: WorkflowExecution): void {
  const look = context.active().getValue(key);
  if (!(look instanceof Look)) return;
  const phase = phaseOf(after);
  look.span.setAttribute('workflowexecution.phase.after', phase);
  if (!isTerminal(phase) || isTerminal(phaseOf(before))) return;
  const { outcome, failure, skip } = after.status ?? {};
  const reason = failure?.reason ?? skip?.reason;
  look.whole.setAttributes({ 'workflowexecution.outcome': outcome, 'workflowexecution.reason': reason });
  if (phase === 'Failed') noteFailure(look.whole, Object.assign(new Error(), { name: reason ?? phase }));
  endWhole(look, after);
}

/** Says that nothing is left of an execution; one that had not ended before ends its own span with it. */
export function noteDeletion(execution: WorkflowExecution): void {
  const look = context.active().getValue(key);
  if (!(look instanceof Look) || isTerminal(phaseOf(execution))) return;
  look.whole.setAttribute('workflowexecution.outcome', 'Deleted');
  look.whole.end();
}

function endWhole({ whole }: Look, { metadata, status }: WorkflowExecution): void {
  const { completionTime } = status ?? {};
  // Times of the cluster are whole seconds: what has ended within its first second ends when it is seen to.
  const end = completionTime === undefined ? undefined : new Date(completionTime);
  whole.end(end !== undefined && end > new Date(metadata.creationTimestamp) ? end : undefined);
}
