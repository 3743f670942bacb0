import type { InjectionToken, Provider } from '@nestjs/common';
import {
  InjectMetric as InjectByName,
  getToken,
  makeCounterProvider,
  makeGaugeProvider,
  makeHistogramProvider,
} from '@willsoto/nestjs-prometheus';
import type { Metric } from './metric.ts';

/** A value of a gauge, with what tells it apart from its other values. */
export interface Reading {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Provides counters and histograms; the same metric may be provided in several modules. */
export function metricProviders(...metrics: readonly Metric[]): Provider[] {
  return metrics.map((metric) => {
    if (metric.type === 'counter') return makeCounterProvider(optionsOf(metric));
    if (metric.type === 'gauge') return makeGaugeProvider(optionsOf(metric));
    return makeHistogramProvider({ ...optionsOf(metric), buckets: [...(metric.buckets ?? [])] });
  });
}

/**
 * Provides a gauge whose values are read when somebody asks for the metrics, and never in between: values that are not
 * read again are gone.
 *
 * @param inject where the values come from; `read` is called with what these tokens stand for
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

/** The injection token of a metric of {@link metricProviders}. */
export function metricToken({ name }: Metric): string {
  return getToken(name);
}

function optionsOf({ name, help, labelNames }: Metric): { name: string; help: string; labelNames: string[] } {
  return { name, help, labelNames: [...labelNames] };
}
