import { describe, expect, it } from '@jest/globals';
import { isExported } from './tracing.ts';
import { otelEnvironment } from './export-traces.ts';

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

describe('traces are exported', () => {
  it.each([endpoint, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' }])(
    'if an endpoint is configured: %j',
    (env) => {
      expect(isExported(env)).toBe(true);
      expect(otelEnvironment(env)).toMatchObject({ protocol: 'http/protobuf', invalid: [] });
    },
  );

  it.each([
    {},
    { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
    { ...endpoint, OTEL_SDK_DISABLED: 'true' },
    { ...endpoint, OTEL_TRACES_EXPORTER: 'none' },
  ])('but not with %j', (env) => expect(isExported(env)).toBe(false));
});

describe('the standard variables', () => {
  it('set the protocol; the one of traces takes precedence', () => {
    const env = {
      ...endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc',
    };
    expect(otelEnvironment(env).protocol).toBe('grpc');
  });

  it.each([
    [{}, 'ParentBased{root=AlwaysOnSampler'],
    [{ OTEL_TRACES_SAMPLER: 'always_off' }, 'AlwaysOffSampler'],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' }, 'TraceIdRatioBased{0.25}'],
    [
      { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' },
      'root=TraceIdRatioBased{0.5}',
    ],
  ])('set the sampler: %j', (env, sampler) => {
    expect(String(otelEnvironment({ ...endpoint, ...env }).sampler)).toContain(sampler);
  });

  it('count as not set if they are invalid, and are reported', () => {
    const env = {
      ...endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'carrier pigeon',
      OTEL_TRACES_SAMPLER: 'sometimes',
      OTEL_TRACES_SAMPLER_ARG: '2',
      OTEL_BSP_SCHEDULE_DELAY: 'soon',
    };
    expect(otelEnvironment(env)).toMatchObject({
      protocol: 'http/protobuf',
      invalid: [
        'OTEL_EXPORTER_OTLP_PROTOCOL',
        'OTEL_TRACES_SAMPLER_ARG',
        'OTEL_TRACES_SAMPLER',
        'OTEL_BSP_SCHEDULE_DELAY',
      ],
    });
  });
});
