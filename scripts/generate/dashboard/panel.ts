import type { Metric } from '../../../src/metrics/metric.ts';

/** A panel of the dashboard. */
export interface Panel {
  readonly title: string;
  /** The text behind the panel's (i): what it shows and what is normal. */
  readonly description: string;
  /** A unit of Grafana: https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts */
  readonly unit: 'short' | 's' | 'ops' | 'percentunit' | 'bytes' | 'dateTimeFromNow';
  /** PromQL by legend, in which `{{label}}` is the value of a label. */
  readonly queries: Readonly<Record<string, string>>;
  /** Default: lines. */
  readonly as?: 'lines' | 'stack' | 'figure';
}

/** A row of panels. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** A metric of this service, or the name of a process metric. */
type Named = Metric | `process_${string}` | `nodejs_${string}`;

/** The time series of a metric in the chosen namespace. */
export function series(metric: Named, matchers = ''): string {
  return select(nameOf(metric), matchers);
}

/** Increase of a counter per second. */
export function rate(counter: Named, matchers = ''): string {
  return rateOf(nameOf(counter), matchers);
}

/** Observations of a histogram per second. */
export function countRate(histogram: Metric, matchers = ''): string {
  return rateOf(`${histogram.name}_count`, matchers);
}

/** Increase of a counter per point of the graph. */
export function increase(counter: Metric, matchers = ''): string {
  return `increase(${select(counter.name, matchers)}[$__rate_interval])`;
}

/** Quantiles of a histogram, by legend. */
export function quantiles(histogram: Metric, matchers = ''): Record<string, string> {
  const buckets = rateOf(`${histogram.name}_bucket`, matchers);
  const quantile = (of: number) => `histogram_quantile(${of}, sum by (le) (${buckets}))`;
  return { p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99) };
}

function nameOf(metric: Named): string {
  return typeof metric === 'string' ? metric : metric.name;
}

function rateOf(name: string, matchers: string): string {
  return `rate(${select(name, matchers)}[$__rate_interval])`;
}

function select(name: string, matchers: string): string {
  const all = ['job="workflow-execution"', 'namespace="$namespace"', ...(matchers === '' ? [] : [matchers])];
  return `${name}{${all.join(',')}}`;
}
