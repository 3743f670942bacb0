import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareResourceVersions, isNewer, isOlder } from './resource-version.ts';

describe('resource versions', () => {
  it('are ordered as integers of any size', () => {
    const size = 2n ** 128n - 1n;
    fc.assert(
      fc.property(fc.bigInt(0n, size), fc.bigInt(0n, size), (a, b) => {
        const order = compareResourceVersions(a.toString(), b.toString()) ?? NaN;
        expect(Math.sign(order)).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });

  it.each([
    ['12', 'abc'],
    ['', '1'],
    ['01', '2'],
    ['-1', '1'],
    ['1.5', '2'],
  ])('%j and %j cannot be ordered', (a, b) => {
    expect(compareResourceVersions(a, b)).toBeUndefined();
    expect(isNewer(a, b)).toBe(false);
    expect(isOlder(a, b)).toBe(false);
  });

  it('are equal when the text is the same', () => {
    expect(compareResourceVersions('abc', 'abc')).toBe(0);
  });

  it('are newer than undefined', () => {
    expect(isNewer('1', undefined)).toBe(true);
  });
});
