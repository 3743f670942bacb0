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
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import type { Logger } from '../kubernetes/logger.ts';
import { valueOf, type Tracing } from './tracing.ts';

/** Starts creating and exporting spans. */
export function exportTraces(env: NodeJS.ProcessEnv, version: string): Tracing {
  const { protocol, sampler, scheduleDelayMs, invalid } = otelEnvironment(env);
  const exporter = protocol === 'grpc' ? new GrpcExporter() : new HttpExporter();
  const provider = new TracerProvider({
    resource: resourceOf(version),
    sampler,
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: scheduleDelayMs })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  return {
    logTo(log) {
      for (const variable of invalid) log.warn({ variable }, 'invalid value; using the default');
      logDiagnostics(log);
    },
    end: () => provider.shutdown(),
  };
}

/** OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES take precedence. */
function resourceOf(version: string): Resource {
  const own = resourceFromAttributes({
    'service.name': 'workflow-execution',
    'service.version': version,
    'service.instance.id': hostname(),
  });
  const detectors = [resourceAttributesEnvDetector, serviceNameEnvDetector];
  return defaultResource().merge(own).merge(detectResources({ detectors }));
}

/** Logs warnings of the SDK, but the same one only once in a row: an unavailable collector fails every export. */
function logDiagnostics(log: Logger): void {
  let last: string | undefined;
  const warn = (detail: string): void => {
    if (detail !== last) log.warn({ detail }, 'OpenTelemetry');
    last = detail;
  };
  const ignore = () => undefined;
  diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.WARN);
}

/** The standard variables that neither the exporters nor the resource detectors of the SDK read themselves. */
export interface OtelEnvironment {
  readonly protocol: 'grpc' | 'http/protobuf';
  readonly sampler: Sampler;
  /** Milliseconds between two exports; undefined for the SDK's default of 5 s. */
  readonly scheduleDelayMs?: number;
  /** Variables with invalid values, which count as not set. */
  readonly invalid: readonly string[];
}

/** By name, for a ratio (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). */
const samplers: Readonly<Record<string, (ratio: number) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (ratio) => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
};

/** Parses the variables. */
export function otelEnvironment(env: NodeJS.ProcessEnv): OtelEnvironment {
  const invalid: string[] = [];
  const parsed = <T>(variable: string, parse: (text: string) => T | undefined): T | undefined => {
    const text = valueOf(env, variable);
    const value = text === undefined ? undefined : parse(text);
    if (text !== undefined && value === undefined) invalid.push(variable);
    return value;
  };
  const traces = parsed('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', parseProtocol);
  const protocol = traces ?? parsed('OTEL_EXPORTER_OTLP_PROTOCOL', parseProtocol) ?? 'http/protobuf';
  const ratio = parsed('OTEL_TRACES_SAMPLER_ARG', (text) => numberIn(text, 0, 1)) ?? 1;
  const sampler = parsed('OTEL_TRACES_SAMPLER', (text) => samplers[text.toLowerCase()]?.(ratio));
  return {
    protocol,
    sampler: sampler ?? new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    scheduleDelayMs: parsed('OTEL_BSP_SCHEDULE_DELAY', (text) => numberIn(text, 1, 3_600_000)),
    invalid,
  };
}

function parseProtocol(text: string): OtelEnvironment['protocol'] | undefined {
  return text === 'grpc' || text === 'http/protobuf' ? text : undefined;
}

function numberIn(text: string, min: number, max: number): number | undefined {
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}
