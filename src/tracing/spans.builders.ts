import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { PlannedIdGenerator } from './planned-id-generator.ts';

/** Makes traces as the service does and keeps them in memory, until {@link endTraces}. */
export function keepTraces(): InMemorySpanExporter {
  const exporter = new InMemorySpanExporter();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const spanProcessors = [new SimpleSpanProcessor({ exporter })];
  trace.setGlobalTracerProvider(new TracerProvider({ idGenerator: new PlannedIdGenerator(), spanProcessors }));
  return exporter;
}

/** Makes no traces any more. */
export function endTraces(): void {
  trace.disable();
  context.disable();
}
