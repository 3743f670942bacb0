/** How values have grown over time, by the least squares line through them. */
export interface Trend {
  readonly mean: number;
  /** Along the line, for an hour. */
  readonly perHour: number;
  /** Along the line, from the first value to the last. */
  readonly growth: number;
  /** The same, in per cent of the mean. */
  readonly percent: number;
}

/** The growth of values over seconds; those that are no numbers are left out. */
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
