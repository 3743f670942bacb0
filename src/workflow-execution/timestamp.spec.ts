import { describe, expect, it } from '@jest/globals';
import { formatTimestamp, parseTimestamp, timestamp } from './timestamp.ts';

it.each([
  ['2026-01-02T03:04:05.000Z', '2026-01-02T03:04:05Z'],
  ['2026-01-02T03:04:05.999Z', '2026-01-02T03:04:05Z'],
  ['2026-01-02T03:04:05+02:00', '2026-01-02T01:04:05Z'],
])('%s is written %s', (moment, expected) => {
  expect(timestamp(new Date(moment))).toBe(expected);
});

describe('a time as of RFC 3339', () => {
  it.each([
    ['2026-01-31T09:15:02Z', '2026-01-31T09:15:02.000000000Z'],
    ['2026-01-31T09:15:02.5Z', '2026-01-31T09:15:02.500000000Z'],
    ['2026-01-31T09:15:02.123456789+02:00', '2026-01-31T07:15:02.123456789Z'],
    ['2026-01-01T00:15:02.1-01:30', '2026-01-01T01:45:02.100000000Z'],
    ['2026-01-01T23:15:02+23:00', '2026-01-01T00:15:02.000000000Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000000000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000000000Z'],
    ['9999-12-31T23:59:59.999999999Z', '9999-12-31T23:59:59.999999999Z'],
  ])('%s is %s', (text, written) => {
    const moment = parseTimestamp(text);
    expect(moment && formatTimestamp(moment)).toBe(written);
  });

  it.each([
    ...['', 'yesterday', '2026-01-31', '2026-01-31T09:15:02', '2026-01-31 09:15:02Z', '2026-13-31T09:15:02Z'],
    ...['2026-02-30T00:00:00Z', '2026-02-29T00:00:00Z', '2026-04-31T00:00:00+01:00', '2026-01-01T24:00:00Z'],
    ...['2026-01-01T00:00:60Z', '2026-01-01T00:00:00+24:00', '2026-01-01T00:00:00+00:60', '2026-01-01T00:00:00.Z'],
    ...['9999-12-31T23:59:59-01:00', '0001-01-01T00:00:00+01:00', '2026-01-01T00:00:00.1234567890Z'],
  ])('%j is invalid', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });

  it.each([
    { seconds: 253_402_300_800, nanos: 0 },
    { seconds: -62_135_596_801, nanos: 0 },
    { seconds: 0, nanos: -1 },
    { seconds: 0, nanos: 1e9 },
    { seconds: NaN, nanos: 0 },
    { seconds: 0.5, nanos: 0 },
  ])('cannot be written of %j', (moment) => {
    expect(formatTimestamp(moment)).toBeUndefined();
  });
});
