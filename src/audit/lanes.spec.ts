import { describe, expect, it } from '@jest/globals';
import { times } from './audit.builders.ts';
import { Lanes } from './lanes.ts';
import type { Item } from './outbox.ts';

function anItem(uid: string, over: { correlationId?: string; time?: string; state?: Item['state'] } = {}): Item {
  const { correlationId = 'rr', time = times.created, state = 'due' } = over;
  const due = { kind: 'accepted', time } as const;
  return { uid, due, correlationId, state, lookAtMs: 0, missedForMs: 0, misses: 0 };
}

/** Lanes with these events, added in this order. */
function lanesOf(...items: readonly Item[]): Lanes {
  const lanes = new Lanes();
  for (const item of items) lanes.add(item);
  return lanes;
}

const order = (lanes: Lanes) => lanes.heads(() => true, Infinity).map(({ uid }) => uid);

describe('the queue of a correlation id', () => {
  it.each([
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.001Z'],
    ['2026-01-02T03:04:05.9Z', '2026-01-02T03:04:06Z'],
    ['2026-01-02T05:04:05+02:00', '2026-01-02T03:04:06Z'],
  ])('is ordered by time, however it is written: %s, %s', (earlier, later) => {
    const [a, b] = [anItem('a', { time: earlier }), anItem('b', { time: later })];
    expect([order(lanesOf(a, b)), order(lanesOf(b, a))]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('takes an event in behind the last one that it must not overtake', () => {
    const late = { time: times.ended };
    const sending = anItem('b', { ...late, state: 'sending' });
    const lanes = lanesOf(anItem('a', late), sending, anItem('c', late), anItem('early'));
    expect(order(lanes)).toEqual(['a', 'b', 'early', 'c']);
  });

  it('starts anew behind the others once it was empty', () => {
    const a = anItem('a', { correlationId: 'x' });
    const lanes = lanesOf(a, anItem('b', { correlationId: 'y' }));
    lanes.remove(a);
    lanes.add(a);
    expect(order(lanes)).toEqual(['b', 'a']);
  });

  it('keeps its place while it is not empty', () => {
    const a = anItem('a', { correlationId: 'x' });
    const lanes = lanesOf(a, anItem('b', { correlationId: 'y' }), anItem('c', { correlationId: 'x' }));
    lanes.remove(a);
    expect([order(lanes), lanes.size]).toEqual([['c', 'b'], 2]);
  });

  it('is not changed by the removal of an event that is not in it', () => {
    const a = anItem('a');
    const lanes = lanesOf(a);
    lanes.remove(anItem('a'));
    lanes.remove(anItem('b', { correlationId: 'y' }));
    expect([order(lanes), lanes.size, lanes.oldest]).toEqual([['a'], 1, times.created]);
  });
});

describe('the oldest event', () => {
  it('is the first of all heads, wherever it stands', () => {
    const items = [times.started, times.created, times.ended].map((time, i) =>
      anItem(`e${i}`, { correlationId: `rr-${i}`, time }),
    );
    for (const some of [items, items.toReversed(), [...items.slice(1), ...items.slice(0, 1)]]) {
      expect(lanesOf(...some).oldest).toBe(times.created);
    }
    expect(lanesOf().oldest).toBeUndefined();
  });

  it('is told apart by fractions of a second', () => {
    const items = ['05.001Z', '05Z', '05.5Z'].map((end, i) =>
      anItem(`e${i}`, { correlationId: `rr-${i}`, time: `2026-01-02T03:04:${end}` }),
    );
    expect(lanesOf(...items).oldest).toBe('2026-01-02T03:04:05Z');
  });
});
