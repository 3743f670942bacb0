import { describe, expect, it } from '@jest/globals';
import { Random } from '../../test/chaos/plan/random.ts';
import { ratioOfMeans, type Pair } from './interval.ts';

/** Pairs whose first value is some percent higher, each value up to `spread` percent off. */
function pairs(percent: number, spread: number, count = 50): Pair[] {
  const random = new Random(7);
  const about = (value: number) => value * (1 + (spread / 100) * (2 * random.next() - 1));
  return Array.from({ length: count }, () => [about(1_000 + 10 * percent), about(1_000)]);
}

describe('a ratio of means', () => {
  it('has no width when all pairs agree', () => {
    const { value, from, to } = ratioOfMeans(pairs(3, 0), 1);
    expect([value, from, to].map((one) => one.toFixed(6))).toEqual(['1.030000', '1.030000', '1.030000']);
  });

  it('lies within its interval, which widens with the spread of the pairs', () => {
    const [calm, wild] = [ratioOfMeans(pairs(3, 2), 1), ratioOfMeans(pairs(3, 20), 1)];
    for (const { value, from, to } of [calm, wild]) {
      expect(from).toBeLessThan(value);
      expect(to).toBeGreaterThan(value);
    }
    expect(wild.to - wild.from).toBeGreaterThan(3 * (calm.to - calm.from));
  });

  it('is the same for the same seed', () => {
    expect(ratioOfMeans(pairs(3, 20), 1)).toEqual(ratioOfMeans(pairs(3, 20), 1));
  });
});
