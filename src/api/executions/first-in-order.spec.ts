import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FirstInOrder } from './first-in-order.ts';

interface Item {
  readonly key: number;
  readonly state: number;
}

const byKey = (a: Item, b: Item) => a.key - b.key;

describe('the first items in an order', () => {
  it('are those of a sorted array, each in the state that was added last', () => {
    const key = fc.nat(30);
    fc.assert(
      fc.property(fc.array(key, { maxLength: 60 }), fc.integer({ min: 1, max: 8 }), (keys, size) => {
        const items = keys.map((key, state) => ({ key, state }));
        const first = new FirstInOrder(size, byKey);
        for (const item of items) first.add(item);

        const last = new Map(items.map((item) => [item.key, item]));
        expect(first.list()).toEqual([...last.values()].sort(byKey).slice(0, size));
      }),
    );
  });
});
