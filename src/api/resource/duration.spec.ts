import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromGoDuration, toGoDuration } from './duration.ts';

describe('a duration', () => {
  it.each([
    ['90s', 90, 0],
    ['1h30m', 5_400, 0],
    ['1.5s', 1, 500_000_000],
    ['1.5m', 90, 0],
    ['100ms', 0, 100_000_000],
    ['7us', 0, 7_000],
    ['1h0.000000001s', 3_600, 1],
  ])('%s is %i s and %i ns', (text, seconds, nanos) => {
    expect(fromGoDuration(text)).toEqual({ seconds, nanos });
  });

  it.each(['', '10', '-1s', '1d', '1,5s', 's', '1e3s'])('%j is none', (text) => {
    expect(fromGoDuration(text)).toBeUndefined();
  });

  it.each([
    [0, 0, '0s'],
    [5_400, 0, '1h30m'],
    [1, 500_000_000, '1.5s'],
    [-60, 0, '-1m'],
  ])('of %i s and %i ns is written %s', (seconds, nanos, text) => {
    expect(toGoDuration({ seconds, nanos })).toBe(text);
  });

  it('of gRPC is the same after a stay in the resource', () => {
    const durations = fc.record({ seconds: fc.nat(3_599_999_999), nanos: fc.nat(999_999_999) });
    fc.assert(fc.property(durations, (duration) => expect(fromGoDuration(toGoDuration(duration))).toEqual(duration)));
  });
});
