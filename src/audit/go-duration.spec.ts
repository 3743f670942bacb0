import { expect, it } from '@jest/globals';
import { goDuration } from './go-duration.ts';

it.each([
  [0, '0s'],
  [999, '0s'],
  [59_000, '59s'],
  [150_000, '2m30s'],
  [3_600_000, '1h0m0s'],
  [90_061_000, '25h1m1s'],
])('%d ms is %s', (ms, text) => {
  expect(goDuration(ms)).toBe(text);
});
