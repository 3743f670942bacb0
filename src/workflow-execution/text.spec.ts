import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cut } from './text.ts';

describe('cutting a text', () => {
  it.each([
    ['short', 10, 'short'],
    ['exact', 5, 'exact'],
    ['a bit too long', 6, 'a bit…'],
    ['ab😀cd', 4, 'ab…'],
    ['ab😀cd', 5, 'ab😀…'],
  ])('%p to %p gives %p', (text, length, expected) => {
    expect(cut(text, length)).toBe(expected);
  });

  it('never makes it longer than asked and never breaks a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 20 }), (text, length) => {
        const result = cut(text, length);
        expect(result.length).toBeLessThanOrEqual(length);
        expect(result.isWellFormed()).toBe(text.isWellFormed());
      }),
    );
  });
});
