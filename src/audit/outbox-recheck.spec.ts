import { describe, expect, it } from '@jest/globals';
import { anAdmission } from './audit.builders.ts';
import { Outbox, type Item, type ItemState } from './outbox.ts';

const second = 1_000;

/** An outbox with one event in this state, at the time 0. */
function outboxWith(state: ItemState): { readonly outbox: Outbox; readonly item: Item } {
  const outbox = new Outbox({ settleMs: 300 * second, confirmMs: 3_600 * second });
  outbox.admit(anAdmission('a', ['accepted']), 'due', 0);
  const [item] = outbox.unfinished('a');
  if (item === undefined) throw new Error('the event was admitted');
  outbox.move(item, state, 0);
  return { outbox, item };
}

describe('an event in doubt', () => {
  it('is checked again once it has been missing for the settle time in all', () => {
    const { outbox, item } = outboxWith('unsure');
    outbox.missed(item, 0);
    outbox.missed(item, 100 * second);
    expect(outbox.nextLookAtMs()).toBe(300 * second);
  });

  it('has to be missing for the whole settle time after the store failed to answer', () => {
    const { outbox, item } = outboxWith('unsure');
    outbox.missed(item, 0);
    outbox.missed(item, 200 * second);
    outbox.notAsked(item);
    outbox.missed(item, 210 * second);
    outbox.missed(item, 509 * second);
    expect(outbox.nextBatch(1)).toEqual([]);
    outbox.missed(item, 510 * second);
    expect(outbox.nextBatch(1)).toEqual([item]);
  });

  it.each([
    ['unsure', true],
    ['unclear', true],
    ['due', false],
    ['sending', false],
  ] as const)('that is %s: is checked at once: %s', (state, isChecked) => {
    const { outbox, item } = outboxWith(state);
    expect(outbox.nextLooks(0, 10)).toEqual(isChecked ? [item] : []);
  });
});
