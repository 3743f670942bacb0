import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatDuration, parseDuration } from './duration.ts';

describe('a Go duration', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['1.5m', 90_000],
    ['250ms', 250],
    ['1s500us', 1_000.5],
    ['2500000ns', 2.5],
    ['10h', 36_000_000],
    ['12.25s', 12_250],
    ['1h1m1s1ms', 3_661_001],
  ])('%s is read', (text, expected) => {
    expect(parseDuration(text)).toBeCloseTo(expected, 6);
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
    '1.5.5s',
    '00',
    '5s\n',
  ])('%p is not one', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('is the sum of its parts', () => {
    const part = fc.tuple(fc.nat({ max: 1000 }), fc.constantFrom('h', 'm', 's', 'ms'));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const texts = parts.map(([amount, unit]) => `${amount}${unit}`);
        const sum = texts.reduce((total, text) => total + (parseDuration(text) ?? NaN), 0);
        expect(parseDuration(texts.join(''))).toBeCloseTo(sum, 3);
      }),
    );
  });

  it('is written as people write it, and read again', () => {
    expect([0, 90_000, 5_400_000, 86_400_000].map(formatDuration)).toEqual(['0s', '1m30s', '1h30m', '24h']);
    fc.assert(fc.property(fc.nat(), (s) => expect(parseDuration(formatDuration(s * 1_000))).toBe(s * 1_000)));
  });
});
