/** Trend of a series by its least squares line. */
export interface Trend {
  readonly mean: number;
  /** Slope per hour. */
  readonly perHour: number;
  /** Growth from the first to the last value. */
  readonly growth: number;
  /** Growth in percent of the mean. */
  readonly percent: number;
}

/** The trend of values over seconds; NaN is ignored. */
export function trendOf(points: readonly (readonly [seconds: number, value: number])[]): Trend {
  const known = points.filter(([, value]) => !Number.isNaN(value));
  const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [middle, mean] = [meanOf(known.map(([x]) => x)), meanOf(known.map(([, y]) => y))];
  const covariance = meanOf(known.map(([x, y]) => (x - middle) * (y - mean)));
  const slope = covariance / meanOf(known.map(([x]) => (x - middle) ** 2));
  const [[first] = [0], [last] = [0]] = [known[0], known.at(-1)];
  const growth = slope * (last - first);
  return { mean, perHour: slope * 3_600, growth, percent: (growth / mean) * 100 };
}
