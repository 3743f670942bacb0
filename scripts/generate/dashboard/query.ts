import type { Metric } from '../../../src/metrics/metric.ts';

/** A metric of this service, or the name of one of the process. */
type Named = Metric | `process_${string}` | `nodejs_${string}`;

/** The time series of a metric in the chosen namespace. */
export function series(metric: Named, matchers = ''): string {
  return select(nameOf(metric), matchers);
}

/** How fast a counter grows, a second. */
export function rate(counter: Named, matchers = ''): string {
  return rateOf(nameOf(counter), matchers);
}

/** How often a histogram was told something, a second. */
export function countRate(histogram: Metric, matchers = ''): string {
  return rateOf(`${histogram.name}_count`, matchers);
}

/** By how much a counter has grown in the time that is shown for one point. */
export function increase(counter: Metric, matchers = ''): string {
  return `increase(${select(counter.name, matchers)}[$__rate_interval])`;
}

/** The median and the tail of a histogram, by legend. */
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
