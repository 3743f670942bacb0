import type { ExecutionContext } from '@nestjs/common';
import { context, SpanKind, trace, type Attributes, type Span } from '@opentelemetry/api';
import { activeRecordingSpan, setErrorStatus, tracer, parseTraceparent } from '../../tracing/tracer.ts';
import type { ApiError } from '../errors/api-error.ts';
import { errorTable } from '../errors/error-table.ts';

/** What is known of a call when it comes in. */
export interface OpenedCall {
  /** What the span is called until the call has come to a handler: the address may be nobody's. */
  readonly name: string;
  readonly transport: 'REST' | 'gRPC';
  /** Every value that the caller has sent for `traceparent`. */
  readonly traceparent: readonly unknown[];
}

/**
 * The span of one call of the API, a child of the span that the caller names in `traceparent`. It begins before anybody is
 * let in and ends with the answer, that of a stream with its last message: who is refused leaves one, too.
 */
export class CallSpan {
  private readonly span: Span;

  constructor({ name, transport, traceparent }: OpenedCall) {
    const attributes = { 'workflowexecution.transport': transport };
    const parent = parseTraceparent(onlyOne(traceparent));
    this.span = tracer().startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
  }

  /** Does a part of the work for the call, as part of its trace. */
  run<T>(work: () => T): T {
    return context.with(trace.setSpan(context.active(), this.span), work);
  }

  /** @param answer what the call was answered with, in the words of its transport */
  end(answer: Attributes): void {
    this.span.setAttributes(answer).end();
  }
}

/** Names the span of a call by the operation that it has come to: `execution.create` on either transport. */
export function nameCall(handler: ReturnType<ExecutionContext['getHandler']>): void {
  activeRecordingSpan()?.updateName(operationOf(handler.name));
}

/** Says on the span of a call why it was refused. What the caller has done wrong is no failure of this service. */
export function noteRefusal(error: ApiError): void {
  const span = activeRecordingSpan();
  if (span === undefined) return;
  if (errorTable[error.code].http >= 500) setErrorStatus(span, error.cause ?? error);
  span.setAttribute('error.type', error.code);
}

/** The handlers have the names of the operations; those of gRPC have the resource in it too. */
function operationOf(handler: string): string {
  return `execution.${handler.replace(/WorkflowExecutions?/, '')}`;
}

/** Only one that is given once counts, as the specification wants it. */
function onlyOne(values: readonly unknown[]): string | undefined {
  const [value, another] = values;
  return typeof value === 'string' && another === undefined ? value : undefined;
}
