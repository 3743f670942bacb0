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
import { otelEnvironment } from './otel-environment.ts';
import { PlannedIds } from './planned-ids.ts';

/** The traces of this process. */
export interface Tracing {
  /** Lets the log have what the SDK says, and which variables it does not understand. */
  tell(log: Logger): void;
  /** Exports what there is, and nothing from then on. */
  end(): Promise<void>;
}

const off: Tracing = { tell: () => undefined, end: () => Promise.resolve() };

/**
 * Begins to make traces, when the standard variables of OpenTelemetry say where to. Call it once, before anything that is
 * to be traced; without an endpoint it does nothing, and spans cost nothing.
 *
 * @param env the environment of this very process: the exporters read their part of it themselves
 */
export function startTracing(env: Readonly<Record<string, string | undefined>>, version: string): Tracing {
  const environment = otelEnvironment(env);
  if (environment === undefined) return off;
  const { protocol, sampler, scheduleDelayMs, ignored } = environment;
  const exporter = protocol === 'grpc' ? new GrpcExporter() : new HttpExporter();
  const provider = new TracerProvider({
    resource: resourceOf(version),
    sampler,
    idGenerator: new PlannedIds(),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: scheduleDelayMs })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  return {
    tell(log) {
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
