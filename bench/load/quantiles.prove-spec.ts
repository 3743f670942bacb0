import { expect, it } from '@jest/globals';
import { quantile, quantiles } from './quantiles.ts';

it('returns the value that this fraction of values does not exceed', () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index);

  expect(quantiles(values)).toEqual({ p50: 100, p95: 190, p99: 198 });
  expect([quantile([7], 0.99), quantile([], 0.5)]).toEqual([7, Number.NaN]);
});
