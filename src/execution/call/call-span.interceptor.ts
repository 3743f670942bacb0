import type { Metadata } from '@grpc/grpc-js';
import { Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { context as otel, SpanKind, trace, type Span } from '@opentelemetry/api';
import type { Request } from 'express';
import { finalize, Observable, tap } from 'rxjs';
import { noteFailure, tracer } from '../../tracing/tracer.ts';
import { contextOf } from '../../tracing/traceparent.ts';
import { errorTable } from '../errors/error-table.ts';
import { toApiError } from '../errors/to-api-error.ts';

/**
 * Answers a call within a span, `execution.create` and so on: a child of the span that the caller names in `traceparent`.
 * It begins when the caller has been let in; who is not let in leaves no span.
 */
@Injectable()
export class CallSpan implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const parent = contextOf(traceparentOf(context));
    const attributes = { 'workflowexecution.transport': context.getType() === 'http' ? 'REST' : 'gRPC' };
    const span = tracer().startSpan(operationOf(context), { kind: SpanKind.SERVER, attributes }, parent);
    return new Observable((subscriber) =>
      otel.with(trace.setSpan(parent, span), () =>
        next
          .handle()
          .pipe(
            tap({ error: (error: unknown) => noteAnswer(span, error) }),
            finalize(() => span.end()),
          )
          .subscribe(subscriber),
      ),
    );
  }
}

/** The handlers have the names of the operations; those of gRPC have the resource in it too. */
function operationOf(context: ExecutionContext): string {
  return `execution.${context.getHandler().name.replace(/WorkflowExecutions?$/, '')}`;
}

/** Only one that is given once counts, as the specification wants it. */
function traceparentOf(context: ExecutionContext): string | undefined {
  const values =
    context.getType() === 'http'
      ? context.switchToHttp().getRequest<Request>().headers['traceparent']
      : context.switchToRpc().getContext<Metadata>().get('traceparent');
  const [value, another] = [values ?? []].flat();
  return typeof value === 'string' && another === undefined ? value : undefined;
}

/** What the caller has done wrong is no failure of this service: the span says what it was, and no more. */
function noteAnswer(span: Span, thrown: unknown): void {
  const { code } = toApiError(thrown);
  if (errorTable[code].http >= 500) noteFailure(span, thrown);
  span.setAttribute('error.type', code);
}
