import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import { BoundedLabel } from './bounded-label.ts';

function aLabel(most: number) {
  const clock = new FakeClock();
  const evicted: string[] = [];
  const label = new BoundedLabel({ most, idleMs: 1_000, clock, evicted: (value) => evicted.push(value) });
  return { clock, evicted, of: (...values: string[]) => values.map((value) => label.of(value)) };
}

describe('a bounded label', () => {
  it('keeps the first values, and counts the rest as other', () => {
    expect(aLabel(2).of('a', 'b', 'c', 'a', 'd', 'b')).toEqual(['a', 'b', 'other', 'a', 'other', 'b']);
  });

  it('replaces a value that has not been used for long', async () => {
    const { of, clock, evicted } = aLabel(2);
    of('junk', 'a');
    await clock.advance(999);
    expect(of('a', 'b')).toEqual(['a', 'other']);
    await clock.advance(1);
    expect(of('b', 'c', 'junk', 'a')).toEqual(['b', 'other', 'other', 'a']);
    expect(evicted).toEqual(['junk']);
  });

  it('never has more values than it may', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.nat(20), (values, most) => {
        expect(new Set(aLabel(most).of(...values)).size).toBeLessThanOrEqual(most + 1);
      }),
    );
  });
});
