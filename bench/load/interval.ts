import { Random } from '../../test/chaos/plan/random.ts';

/** Something measured in pairs: a value with, and one without what is asked about. */
export type Pair = readonly [value: number, beside: number];

/** A value with its 95 % confidence interval. */
export interface Interval {
  readonly value: number;
  readonly from: number;
  readonly to: number;
}

/** Number of bootstrap samples. */
const draws = 10_000;

/**
 * The ratio of the means of paired values, with its 95 % confidence interval by the bootstrap. The same seed gives the same
 * interval.
 *
 * @param pairs at least one
 */
export function ratioOfMeans(pairs: readonly Pair[], seed: number): Interval {
  const random = new Random(seed);
  const drawn = () => pairs[random.integer(0, pairs.length - 1)] ?? [Number.NaN, Number.NaN];
  const ratios = Float64Array.from({ length: draws }, () => ratioOf(pairs.map(drawn))).sort();
  const at = (part: number) => ratios[Math.floor(part * (draws - 1))] ?? Number.NaN;
  return { value: ratioOf(pairs), from: at(0.025), to: at(0.975) };
}

/** The mean of a list; NaN if empty. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function ratioOf(pairs: readonly Pair[]): number {
  return mean(pairs.map(([value]) => value)) / mean(pairs.map(([, beside]) => beside));
}
