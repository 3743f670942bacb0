import type { InjectionToken, Provider } from '@nestjs/common';
import {
  InjectMetric as InjectByName,
  makeCounterProvider,
  makeGaugeProvider,
  makeHistogramProvider,
} from '@willsoto/nestjs-prometheus';

/** A metric, for the registry and for docs/metrics.md. */
export interface Metric {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** What it measures, without a full stop. */
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Upper bounds of the buckets of a histogram, in seconds. */
  readonly buckets?: readonly number[];
}

/** A counter since the start of the process. */
export function counter(name: `${string}_total`, help: string, ...labelNames: readonly string[]): Metric {
  return { name, type: 'counter', help, labelNames };
}

/** A current value. */
export function gauge(name: string, help: string, ...labelNames: readonly string[]): Metric {
  return { name, type: 'gauge', help, labelNames };
}

/** A distribution of durations in seconds. */
export function histogram(
  name: `${string}_seconds`,
  help: string,
  buckets: readonly number[],
  ...labelNames: readonly string[]
): Metric {
  return { name, type: 'histogram', help, labelNames, buckets };
}

/** Provides metrics; several modules may provide the same one. */
export function metricProviders(...metrics: readonly Metric[]): Provider[] {
  return metrics.map((metric) => {
    if (metric.type === 'counter') return makeCounterProvider(optionsOf(metric));
    if (metric.type === 'gauge') return makeGaugeProvider(optionsOf(metric));
    return makeHistogramProvider({ ...optionsOf(metric), buckets: [...(metric.buckets ?? [])] });
  });
}

/** A value of a gauge with its labels. */
export interface Reading {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Provides a gauge that is read when metrics are collected. Label values that are not read again disappear.
 *
 * @param inject tokens of the arguments of `read`
 */
export function readGauge<const Sources extends readonly unknown[]>(
  metric: Metric,
  inject: { readonly [I in keyof Sources]: InjectionToken<Sources[I]> },
  read: (...sources: Sources) => readonly Reading[],
): Provider {
  return makeGaugeProvider({
    ...optionsOf(metric),
    inject: [...inject],
    collect(...sources: Sources) {
      this.reset();
      for (const { labels = {}, value } of read(...sources)) this.set(labels, value);
    },
  });
}

/** Injects a metric of {@link metricProviders}. */
export function InjectMetric({ name }: Metric): ParameterDecorator {
  return InjectByName(name);
}

function optionsOf({ name, help, labelNames }: Metric): { name: string; help: string; labelNames: string[] } {
  return { name, help, labelNames: [...labelNames] };
}
