import { expect, it } from '@jest/globals';
import { timestamp } from './timestamp.ts';

it.each([
  ['2026-01-02T03:04:05.000Z', '2026-01-02T03:04:05Z'],
  ['2026-01-02T03:04:05.999Z', '2026-01-02T03:04:05Z'],
  ['2026-01-02T03:04:05+02:00', '2026-01-02T01:04:05Z'],
])('%s is written %s', (moment, expected) => {
  expect(timestamp(new Date(moment))).toBe(expected);
});
