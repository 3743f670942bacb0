import { hostname } from 'node:os';
import { context, diag, DiagLogLevel, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as HttpExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
  type Resource,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from '../kubernetes/logger.ts';
import type { Variables } from './otel-endpoint.ts';
import { otelEnvironment } from './otel-environment.ts';
import { PlannedIdGenerator } from './planned-id-generator.ts';
import type { Tracing } from './tracing.ts';

/** Begins to make traces and to export them; the exporters read their part of the environment themselves. */
export function exportTraces(env: Variables, version: string): Tracing {
  const { protocol, sampler, scheduleDelayMs, ignored } = otelEnvironment(env);
  const exporter = protocol === 'grpc' ? new GrpcExporter() : new HttpExporter();
  const provider = new TracerProvider({
    resource: resourceOf(version),
    sampler,
    idGenerator: new PlannedIdGenerator(),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: scheduleDelayMs })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  return {
    logTo(log) {
      for (const variable of ignored) log.warn({ variable }, 'the value is not understood, the default holds');
      tellDiagnostics(log);
    },
    end: () => provider.shutdown(),
  };
}

/** OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come last, and so have the last word. */
function resourceOf(version: string): Resource {
  const own = resourceFromAttributes({
    'service.name': 'workflow-execution',
    'service.version': version,
    'service.instance.id': hostname(),
  });
  const detectors = [resourceAttributesEnvDetector, serviceNameEnvDetector];
  return defaultResource().merge(own).merge(detectResources({ detectors }));
}

/** A collector that can not be reached is told of once, and not with every export. */
function tellDiagnostics(log: Logger): void {
  let last: string | undefined;
  const warn = (detail: string): void => {
    if (detail !== last) log.warn({ detail }, 'OpenTelemetry');
    last = detail;
  };
  const nothing = () => undefined;
  diag.setLogger({ error: warn, warn, info: nothing, debug: nothing, verbose: nothing }, DiagLogLevel.WARN);
}
