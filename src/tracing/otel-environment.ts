import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import { valueOf, type Variables } from './otel-endpoint.ts';

/** What the standard variables say that the SDK does not read itself; the exporters and the resource read the others. */
export interface OtelEnvironment {
  readonly protocol: 'grpc' | 'http/protobuf';
  readonly sampler: Sampler;
  /** Milliseconds between two exports; undefined for the SDK's own 5 s. */
  readonly scheduleDelayMs?: number;
  /** Variables whose values are not understood, and so count as not set, as the specification wants it. */
  readonly ignored: readonly string[];
}

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

/** How traces are to be made. */
export function otelEnvironment(env: Variables): OtelEnvironment {
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

function protocolOf(text: string): OtelEnvironment['protocol'] | undefined {
  return text === 'grpc' || text === 'http/protobuf' ? text : undefined;
}

function numberIn(text: string, least: number, most: number): number | undefined {
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}
