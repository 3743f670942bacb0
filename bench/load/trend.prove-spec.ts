import { describe, expect, it } from '@jest/globals';
import { trendOf } from './trend.ts';

describe('the trend of a series', () => {
  it('is that of the least squares line', () => {
    const points = Array.from({ length: 61 }, (_, minute) => [minute * 60, 100 + minute + (minute % 2)] as const);

    const { mean, perHour, growth, percent } = trendOf(points);

    expect(mean).toBeCloseTo(130.5, 1);
    expect(perHour).toBeCloseTo(60, 0);
    expect(growth).toBeCloseTo(60, 0);
    expect(percent).toBeCloseTo(46, 0);
  });

  it('is 0 for a constant series, ignoring missing values', () => {
    expect(trendOf([[0, 5], [1, Number.NaN], [2, 5]])).toEqual({ mean: 5, perHour: 0, growth: 0, percent: 0 }); // prettier-ignore
  });
});
