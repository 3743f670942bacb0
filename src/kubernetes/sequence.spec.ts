import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Sequence } from './sequence.ts';

/** Appends a number of items, or removes some: see {@link someOf}. */
const operations = fc.oneof(
  fc.record({ append: fc.integer({ min: 1, max: 3_000 }) }),
  fc.record({ removeFrom: fc.integer({ min: 0, max: 999 }), share: fc.integer({ min: 1, max: 1_000 }) }),
);

describe('a sequence', () => {
  it('finds what is left, in order, whatever has been appended and removed', () => {
    fc.assert(
      fc.property(fc.array(operations, { maxLength: 12 }), fc.integer({ min: 1, max: 30_000 }), (all, sought) => {
        const sequence = new Sequence<{ seq: number }>();
        let [model, seq]: [{ seq: number }[], number] = [[], 0];
        for (const operation of all) {
          const added = Array.from({ length: 'append' in operation ? operation.append : 0 }, () => ({ seq: ++seq }));
          const removed = 'append' in operation ? new Set<{ seq: number }>() : someOf(model, operation);
          for (const item of added) sequence.append(item);
          for (const item of removed) sequence.remove(item);
          model = [...model, ...added].filter((item) => !removed.has(item));
        }

        expect(sequence.first((item) => item.seq >= sought)).toBe(model.find((item) => item.seq >= sought));
        expect(itemsOf(sequence)).toEqual(model);
      }),
      { numRuns: 50 },
    );
  });
});

/** The share of the items that follow a position, both per thousand. */
function someOf<T>(items: readonly T[], { removeFrom, share }: { removeFrom: number; share: number }): Set<T> {
  const following = items.slice((removeFrom * items.length) / 1_000);
  return new Set(following.filter((_, index) => (index * 7) % 1_000 < share));
}

function itemsOf<T extends { readonly seq: number }>(sequence: Sequence<T>): T[] {
  const items: T[] = [];
  const after = (seq: number) => sequence.first((item) => item.seq > seq);
  for (let item = after(0); item !== undefined; item = after(item.seq)) items.push(item);
  return items;
}
