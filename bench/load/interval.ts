import { Random } from '../../test/chaos/plan/random.ts';

/** Something measured in pairs: a value with, and one without what is asked about. */
export type Pair = readonly [value: number, beside: number];

/** A value, and where it would be in 95 of 100 cases if all were measured again. */
export interface Interval {
  readonly value: number;
  readonly from: number;
  readonly to: number;
}

/** How often pairs are drawn anew. */
const draws = 10_000;

/**
 * How the mean of the first values of pairs stands to that of the second ones, with its interval of 95 % by the bootstrap:
 * as many pairs are drawn from these, with repetition, again and again. The same seed gives the same interval.
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

/** The mean of a list; NaN when it is empty. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function ratioOf(pairs: readonly Pair[]): number {
  return mean(pairs.map(([value]) => value)) / mean(pairs.map(([, beside]) => beside));
}
