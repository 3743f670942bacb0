import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace';

/** What the standard variables say that the SDK does not read itself; the exporters and the resource read the others. */
export interface OtelEnvironment {
  readonly protocol: 'grpc' | 'http/protobuf';
  readonly sampler: Sampler;
  /** Milliseconds between two exports; undefined for the SDK's own 5 s. */
  readonly scheduleDelayMs?: number;
  /** Variables whose values are not understood, and so count as not set, as the specification wants it. */
  readonly ignored: readonly string[];
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Ratio in, sampler out (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). */
const samplers: Readonly<Record<string, (ratio: number) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (ratio) => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
};

/** The SDK's default, and what stands for a sampler that is not known. */
const defaultSampler = 'parentbased_always_on';

/** How traces are to be made; undefined when nobody is to get them. */
export function otelEnvironment(env: Variables): OtelEnvironment | undefined {
  if (!isOn(env)) return undefined;
  const ignored: string[] = [];
  const understood = <T>(variable: string, parse: (text: string) => T | undefined): T | undefined => {
    const text = valueOf(env, variable);
    const value = text === undefined ? undefined : parse(text);
    if (text !== undefined && value === undefined) ignored.push(variable);
    return value;
  };
  const traces = understood('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', protocolOf);
  const protocol = traces ?? understood('OTEL_EXPORTER_OTLP_PROTOCOL', protocolOf) ?? 'http/protobuf';
  const ratio = understood('OTEL_TRACES_SAMPLER_ARG', (text) => numberIn(text, 0, 1)) ?? 1;
  const sampler = understood('OTEL_TRACES_SAMPLER', (text) => samplers[text.toLowerCase()]?.(ratio));
  return {
    protocol,
    sampler: sampler ?? samplers[defaultSampler]?.(ratio) ?? new AlwaysOnSampler(),
    scheduleDelayMs: understood('OTEL_BSP_SCHEDULE_DELAY', (text) => numberIn(text, 1, 3_600_000)),
    ignored,
  };
}

/** Without an endpoint nothing is exported: the specification's default, this machine, is seldom where a collector is. */
function isOn(env: Variables): boolean {
  if (valueOf(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return false;
  if (valueOf(env, 'OTEL_TRACES_EXPORTER')?.toLowerCase() === 'none') return false;
  const endpoints = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];
  return endpoints.some((variable) => valueOf(env, variable) !== undefined);
}

/** An empty variable is one that is not set. */
function valueOf(env: Variables, variable: string): string | undefined {
  const text = env[variable]?.trim();
  return text === '' ? undefined : text;
}

function protocolOf(text: string): OtelEnvironment['protocol'] | undefined {
  return text === 'grpc' || text === 'http/protobuf' ? text : undefined;
}

function numberIn(text: string, least: number, most: number): number | undefined {
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}
