import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatDuration, isDuration, formatDurationMs, parseDuration, parseDurationMs } from './duration.ts';

describe('parsing a Go duration', () => {
  it.each([
    ['0', 0, 0],
    ['0s', 0, 0],
    ['90s', 90, 0],
    ['1h30m', 5_400, 0],
    ['1.5s', 1, 500_000_000],
    ['1.5m', 90, 0],
    ['12.25s', 12, 250_000_000],
    ['250ms', 0, 250_000_000],
    ['7us', 0, 7_000],
    ['1s500us', 1, 500_000],
    ['2500000ns', 0, 2_500_000],
    ['1h0.000000001s', 3_600, 1],
    ['1h1m1s1ms', 3_661, 1_000_000],
    ['0.0000000019s', 0, 1],
  ])('reads %s as %i s and %i ns', (text, seconds, nanos) => {
    expect(parseDuration(text)).toEqual({ seconds, nanos });
    expect(parseDurationMs(text)).toBeCloseTo(seconds * 1_000 + nanos / 1e6, 6);
  });

  it.each([
    '',
    's',
    '5',
    '5 s',
    '-5s',
    '5d',
    '1h 30m',
    'PT5M',
    '٣s',
    'x5s',
    '5sx',
    '.5s',
    '5.s',
    '1,5s',
    '1e3s',
    '1.5.5s',
    '00',
    '5s\n',
  ])('rejects %p', (text) => {
    expect(parseDuration(text)).toBeUndefined();
    expect(parseDurationMs(text)).toBeUndefined();
  });

  it('adds up the parts', () => {
    const part = fc.tuple(fc.nat({ max: 1000 }), fc.constantFrom('h', 'm', 's', 'ms'));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const texts = parts.map(([amount, unit]) => `${amount}${unit}`);
        const sum = texts.reduce((total, text) => total + (parseDurationMs(text) ?? NaN), 0);
        expect(parseDurationMs(texts.join(''))).toBeCloseTo(sum, 3);
      }),
    );
  });
});

it.each([
  [0, 0, true],
  [1, 999_999_999, true],
  [-1, -1, true],
  [1, 1_000_000_000, false],
  [1, -1, false],
  [-1, 1, false],
  [0.5, 0, false],
  [NaN, 0, false],
])('%d s and %d ns are a duration: %s', (seconds, nanos, expected) => {
  expect(isDuration({ seconds, nanos })).toBe(expected);
});

describe('formatting a duration', () => {
  it.each([
    [0, 0, '0s'],
    [5_400, 0, '1h30m'],
    [1, 500_000_000, '1.5s'],
    [-60, 0, '-1m'],
  ])('writes %i s and %i ns as %s', (seconds, nanos, text) => {
    expect(formatDuration({ seconds, nanos })).toBe(text);
  });

  it('is the inverse of parsing', () => {
    const durations = fc.record({ seconds: fc.nat(3_599_999_999), nanos: fc.nat(999_999_999) });
    fc.assert(fc.property(durations, (duration) => expect(parseDuration(formatDuration(duration))).toEqual(duration)));
  });

  it('drops fractions of a second of milliseconds', () => {
    expect([0, 999, 90_000, 5_400_000, 86_400_001].map(formatDurationMs)).toEqual([
      '0s',
      '0s',
      '1m30s',
      '1h30m',
      '24h',
    ]);
  });
});
