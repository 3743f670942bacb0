import { describe, expect, it } from '@jest/globals';
import { anAdmission, times } from './audit.builders.ts';
import type { EventKind } from './audit-event.ts';
import { Outbox, type Item } from './outbox.ts';

const second = 1_000;
const patience = { settleMs: 300 * second, confirmMs: 3_600 * second };
const all: readonly EventKind[] = ['accepted', 'started', 'ended'];

const names = (items: readonly Item[]) => items.map(({ uid, due }) => `${uid}/${due.kind}`);

/** The first of what an outbox has to hand out. */
function firstOf([first]: readonly Item[]): Item {
  if (first === undefined) throw new Error('there is a first one');
  return first;
}

describe('an outbox', () => {
  it('takes an event in once, however often it is told of it', () => {
    const outbox = new Outbox(patience);

    expect(outbox.admit(anAdmission('a', ['accepted']), 'due', 0)).toBe(true);
    expect(outbox.admit(anAdmission('a', ['accepted']), 'due', 0)).toBe(false);
    expect(outbox.admit(anAdmission('a', ['accepted', 'started']), 'due', 0)).toBe(true);
    expect(names(outbox.nextBatch(10))).toEqual(['a/accepted', 'a/started']);
    expect(outbox.pending).toBe(2);
  });

  it('does not take in again what is done with', () => {
    const outbox = new Outbox(patience);
    outbox.admit(anAdmission('a', ['accepted']), 'due', 0);
    for (const item of outbox.nextBatch(1)) outbox.finish(item, 'recorded');

    expect(outbox.admit(anAdmission('a', ['accepted']), 'due', 0)).toBe(false);
    expect(outbox.finals('a')).toEqual(new Map([['accepted', { state: 'recorded', detail: '' }]]));
    expect([outbox.pending, outbox.size]).toEqual([0, 1]);
  });

  it('holds up what comes after an event of the same correlation id that is not settled, and nothing else', () => {
    const outbox = new Outbox(patience);
    outbox.admit(anAdmission('a', all, 'x'), 'due', 0);
    outbox.admit(anAdmission('b', ['accepted'], 'y'), 'due', 0);
    const first = firstOf(outbox.nextBatch(1));

    for (const state of ['sending', 'unsure', 'unclear', 'queued'] as const) {
      outbox.move(first, state, 0);
      expect(names(outbox.nextBatch(10))).toEqual(['b/accepted']);
    }
    outbox.finish(first, 'recorded');
    expect(names(outbox.nextBatch(10))).toEqual(['a/started', 'a/ended', 'b/accepted']);
  });

  it('orders by time, not by its text', () => {
    const outbox = new Outbox(patience);
    const due = (time: string) => [{ kind: 'accepted', time } as const];
    outbox.admit({ uid: 'early', correlationId: 'x', due: due('2026-01-02T03:04:05Z') }, 'due', 0);
    outbox.admit({ uid: 'late', correlationId: 'x', due: due('2026-01-02T03:04:05.001Z') }, 'due', 0);
    outbox.admit({ uid: 'other', correlationId: 'y', due: due('2026-01-02T03:04:05.001Z') }, 'due', 0);

    expect(names(outbox.nextBatch(2))).toEqual(['early/accepted', 'late/accepted']);
    expect(outbox.oldest).toBe('2026-01-02T03:04:05Z');
  });

  it('sends what happened first first, within a correlation id', () => {
    const outbox = new Outbox(patience);
    outbox.admit(anAdmission('late', ['ended'], 'x'), 'due', 0);
    outbox.admit(anAdmission('early', ['accepted'], 'x'), 'due', 0);

    expect(names(outbox.nextBatch(10))).toEqual(['early/accepted', 'late/ended']);
  });

  it('sends again what may have been sent when it has not come in the time for that', () => {
    const outbox = new Outbox(patience);
    outbox.admit(anAdmission('a', ['accepted']), 'unsure', 0);
    const item = firstOf(outbox.nextLooks(0, 10));

    expect(outbox.missed(item, 0)).toBe(false);
    expect([outbox.nextLookAtMs(), outbox.nextLooks(299 * second, 10)]).toEqual([300 * second, []]);
    expect(outbox.missed(item, 300 * second)).toBe(false);
    expect(names(outbox.nextBatch(10))).toEqual(['a/accepted']);
  });

  it('counts that time anew when the store could not be asked in between: it may have to catch up', () => {
    const outbox = new Outbox(patience);
    outbox.admit(anAdmission('a', ['accepted']), 'unsure', 0);
    const item = firstOf(outbox.nextLooks(0, 10));

    outbox.missed(item, 0);
    outbox.notAsked(item);
    outbox.missed(item, 300 * second);

    expect(outbox.nextBatch(10)).toEqual([]);
    expect(outbox.nextLookAtMs()).toBe(600 * second);
  });

  it('sends at once again what was answered with an error and is not there: nothing of it is on its way', () => {
    const outbox = new Outbox(patience);
    outbox.admit(anAdmission('a', ['accepted']), 'due', 0);
    const item = firstOf(outbox.nextBatch(1));

    outbox.move(item, 'unclear', 0);
    expect(outbox.missed(item, 0)).toBe(false);

    expect(names(outbox.nextBatch(10))).toEqual(['a/accepted']);
  });

  it('asks ever less often for what was queued, never sends it again, and gives it up in the end', () => {
    const outbox = new Outbox(patience);
    outbox.admit(anAdmission('a', ['accepted']), 'due', 0);
    const item = firstOf(outbox.nextBatch(1));
    outbox.move(item, 'queued', 0);

    const pauses: number[] = [];
    let now = item.lookAtMs;
    while (!outbox.missed(item, now)) {
      pauses.push((item.lookAtMs - now) / second);
      expect(outbox.nextBatch(10)).toEqual([]);
      now = item.lookAtMs;
    }

    expect(pauses.slice(0, 5)).toEqual([10, 20, 40, 60, 60]);
    expect(now / second).toBeGreaterThanOrEqual(3_600);
  });

  it('gives up what was queued also when the store fails to answer now and then, whose time does not count', () => {
    const outbox = new Outbox(patience);
    outbox.admit(anAdmission('a', ['accepted']), 'due', 0);
    const item = firstOf(outbox.nextBatch(1));
    outbox.move(item, 'queued', 0);

    const missedAt = (now: number) => outbox.missed(item, now * second);
    expect([missedAt(0), missedAt(3_000)]).toEqual([false, false]);
    outbox.notAsked(item);
    expect([missedAt(90_000), missedAt(90_500)]).toEqual([false, false]);
    outbox.notAsked(item);
    expect([missedAt(99_000), missedAt(99_099), missedAt(99_100)]).toEqual([false, false, true]);
  });

  it('forgets an execution with everything that is on its way of it', () => {
    const outbox = new Outbox(patience);
    outbox.admit(anAdmission('a', all), 'due', 0);

    outbox.forget('a');

    expect([outbox.pending, outbox.size, outbox.nextBatch(10), outbox.oldest]).toEqual([0, 0, [], undefined]);
  });

  it('asks for what is first in its correlation id, when its time has come, and no more than so many', () => {
    const outbox = new Outbox(patience);
    outbox.admit(anAdmission('a', all), 'unsure', 5 * second);
    outbox.admit(anAdmission('b', ['accepted']), 'due', 0);
    outbox.admit(anAdmission('c', ['accepted']), 'unsure', 3 * second);

    expect(outbox.nextLookAtMs()).toBe(3 * second);
    expect(names(outbox.nextLooks(3 * second, 10))).toEqual(['c/accepted']);
    expect(names(outbox.nextLooks(5 * second, 10))).toEqual(['a/accepted', 'a/started', 'a/ended', 'c/accepted']);
    expect(names(outbox.nextLooks(5 * second, 2))).toEqual(['a/accepted', 'a/started']);
    expect(outbox.nextLooks(2 * second, 10)).toEqual([]);
  });

  it('has nothing to ask for when nothing is in doubt', () => {
    const outbox = new Outbox(patience);
    outbox.admit(anAdmission('a', ['accepted']), 'due', 0);
    expect([outbox.nextLookAtMs(), outbox.nextLooks(second, 10)]).toEqual([undefined, []]);
  });

  it('sends at most so many at once', () => {
    const outbox = new Outbox(patience);
    outbox.admit(anAdmission('a', all), 'due', 0);
    outbox.admit(anAdmission('b', ['accepted']), 'due', 0);
    expect(names(outbox.nextBatch(2))).toEqual(['a/accepted', 'a/started']);
    expect(names(outbox.nextBatch(4))).toEqual(['a/accepted', 'a/started', 'a/ended', 'b/accepted']);
    expect(outbox.nextBatch(0)).toEqual([]);
  });

  it('lets nothing overtake what is being sent, nor an execution overtake itself', () => {
    const outbox = new Outbox(patience);
    outbox.admit(anAdmission('late', ['ended'], 'x'), 'due', 0);
    outbox.move(firstOf(outbox.nextBatch(1)), 'sending', 0);
    outbox.admit(anAdmission('early', ['accepted'], 'x'), 'due', 0);
    expect(outbox.nextBatch(10)).toEqual([]);
    expect(outbox.oldest).toBe(times.ended);

    const disordered = new Outbox(patience);
    const due = [
      { kind: 'accepted', time: times.ended },
      { kind: 'started', time: times.created },
    ] as const;
    disordered.admit({ uid: 'a', correlationId: 'x', due }, 'due', 0);
    expect(names(disordered.nextBatch(10))).toEqual(['a/accepted', 'a/started']);
  });

  it('keeps events of one moment in the order in which they came', () => {
    const outbox = new Outbox(patience);
    for (const uid of ['a', 'b', 'c']) outbox.admit(anAdmission(uid, ['accepted'], 'x'), 'due', 0);
    expect(names(outbox.nextBatch(10))).toEqual(['a/accepted', 'b/accepted', 'c/accepted']);
  });

  it('knows when the oldest event happened that is first in its correlation id', () => {
    const outbox = new Outbox(patience);
    expect(outbox.oldest).toBeUndefined();
    outbox.admit(anAdmission('a', ['ended']), 'due', 0);
    outbox.admit(anAdmission('b', ['accepted']), 'due', 0);
    outbox.admit(anAdmission('c', ['started']), 'due', 0);
    expect(outbox.oldest).toBe(times.created);
    outbox.forget('b');
    expect(outbox.oldest).toBe(times.started);
  });

  it('looks for what was queued for the first time after five seconds, or sooner when that is all the time it has', () => {
    const firstLook = (confirmMs: number) => {
      const outbox = new Outbox({ settleMs: 300 * second, confirmMs });
      outbox.admit(anAdmission('a', ['accepted']), 'due', 0);
      const item = firstOf(outbox.nextBatch(1));
      outbox.move(item, 'queued', second);
      return item.lookAtMs;
    };
    expect([firstLook(3_600 * second), firstLook(2 * second)]).toEqual([6 * second, 3 * second]);
  });

  it('never looks for what was queued later than it would give it up', () => {
    const outbox = new Outbox({ settleMs: 300 * second, confirmMs: 12 * second });
    outbox.admit(anAdmission('a', ['accepted']), 'due', 0);
    const item = firstOf(outbox.nextBatch(1));
    outbox.move(item, 'queued', 0);
    expect(outbox.missed(item, 5 * second)).toBe(false);
    expect(item.lookAtMs).toBe(15 * second);
    expect(outbox.missed(item, 15 * second)).toBe(false);
    expect(item.lookAtMs).toBe(17 * second);
    expect(outbox.missed(item, 17 * second)).toBe(true);
  });

  it('counts anew for what is put into another state', () => {
    const outbox = new Outbox(patience);
    outbox.admit(anAdmission('a', ['accepted']), 'unsure', 0);
    const item = firstOf(outbox.nextLooks(0, 1));
    outbox.missed(item, 0);
    outbox.missed(item, 200 * second);
    outbox.move(item, 'unsure', 250 * second);
    expect(item).toMatchObject({ misses: 0, missedForMs: 0, lookAtMs: 250 * second });
    expect(item.missedAtMs).toBeUndefined();
  });

  it('remembers how an event came out and why', () => {
    const outbox = new Outbox(patience);
    outbox.admit(anAdmission('a', ['accepted', 'started']), 'due', 0);
    outbox.finish(firstOf(outbox.nextBatch(1)), 'refused', 'HTTP 400');
    expect(outbox.finals('a')).toEqual(new Map([['accepted', { state: 'refused', detail: 'HTTP 400' }]]));
    expect(outbox.unfinished('a').map(({ due }) => due.kind)).toEqual(['started']);
    expect([outbox.pending, outbox.has('a'), outbox.has('b')]).toEqual([1, true, false]);
  });

  it('knows nothing of an execution that it has not been told of, and can forget and finish it all the same', () => {
    const outbox = new Outbox(patience);
    outbox.admit(anAdmission('a', ['accepted']), 'due', 0);
    const item = firstOf(outbox.nextBatch(1));
    outbox.forget('a');
    outbox.forget('a');
    outbox.finish(item, 'recorded');
    expect([outbox.unfinished('a'), outbox.finals('a'), outbox.pending]).toEqual([[], new Map(), 0]);
  });
});
