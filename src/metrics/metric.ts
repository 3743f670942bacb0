/** One metric of this service: all that there is to say of it, for the registry and for docs/metrics.md. */
export interface Metric {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** What it counts, a sentence without a stop. */
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Upper bounds of a histogram's buckets, in seconds. */
  readonly buckets?: readonly number[];
}

/** A number that only grows, from 0 at the start of the process. */
export function counter(name: `${string}_total`, help: string, ...labelNames: readonly string[]): Metric {
  return { name, type: 'counter', help, labelNames };
}

/** How much there is of something now. */
export function gauge(name: string, help: string, ...labelNames: readonly string[]): Metric {
  return { name, type: 'gauge', help, labelNames };
}

/** How long things took, in seconds, by buckets. */
export function histogram(
  name: `${string}_seconds`,
  help: string,
  buckets: readonly number[],
  ...labelNames: readonly string[]
): Metric {
  return { name, type: 'histogram', help, labelNames, buckets };
}
