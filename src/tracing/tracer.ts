import { SpanStatusCode, trace, type Attributes, type Span, type Tracer } from '@opentelemetry/api';

/** What makes this service's spans; as long as no traces are configured they are nothing and cost nothing. */
export function tracer(): Tracer {
  return trace.getTracer('workflow-execution');
}

/** An execution, as far as spans name it. */
export interface Subject {
  readonly namespace?: string;
  readonly name: string;
  readonly uid: string;
}

/** The attributes by which the spans of one execution are found. */
export function attributesOf({ namespace, name, uid }: Subject): Attributes {
  return {
    'workflowexecution.namespace': namespace,
    'workflowexecution.name': name,
    'workflowexecution.uid': uid,
  };
}

/** The active span, as long as something can be said on it: that of a call has ended when its caller has gone away. */
export function activeRecording(): Span | undefined {
  const span = trace.getActiveSpan();
  return span?.isRecording() === true ? span : undefined;
}

/** Says on the active span which execution it is about. */
export function noteSubject(subject: Subject): void {
  activeRecording()?.setAttributes(attributesOf(subject));
}

/** Says that what a span stands for has failed. Only the kind of the error: messages may quote what was sent. */
export function noteFailure(span: Span, error: unknown): void {
  const type = error instanceof Error ? error.name : 'unknown';
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR, message: type });
}
