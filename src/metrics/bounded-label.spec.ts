import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BoundedLabel } from './bounded-label.ts';

describe('a bounded label', () => {
  it('lets the first values stand for themselves, and counts the rest as other', () => {
    const label = new BoundedLabel(2);
    expect(['a', 'b', 'c', 'a', 'd', 'b'].map((value) => label.of(value))).toEqual([
      'a',
      'b',
      'other',
      'a',
      'other',
      'b',
    ]);
  });

  it('never has more values than it may, and never another one for the same text', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.nat(20), (values, most) => {
        const label = new BoundedLabel(most);
        const first = values.map((value) => label.of(value));
        expect(new Set(first).size).toBeLessThanOrEqual(most + 1);
        expect(values.map((value) => label.of(value))).toEqual(first);
      }),
    );
  });
});
