import { describe, expect, it, jest } from '@jest/globals';
import { settle } from '../../kubernetes/fake-clock.builders.ts';
import { BodyBudget } from './body-budget.ts';
import type { BodyRoom } from './body-budget.ts';

/** Whether there is room by now. */
async function isGranted({ granted }: BodyRoom): Promise<boolean> {
  let is = false;
  granted.then(
    () => (is = true),
    () => undefined,
  );
  await settle();
  return is;
}

describe('the budget of request bodies', () => {
  it('makes a body wait that it has no room for, until another request has ended', async () => {
    const budget = new BodyBudget({ total: 10, perCaller: 10 });
    const first = budget.reserve('alice', 8);
    const second = budget.reserve('bob', 8);

    expect([await isGranted(first), await isGranted(second)]).toEqual([true, false]);
    first.release();
    expect(await isGranted(second)).toBe(true);
  });

  it('makes a caller with too much of it wait, and nobody else', async () => {
    const budget = new BodyBudget({ total: 10, perCaller: 4 });
    const rooms = ['alice', 'alice', 'bob'].map((caller) => budget.reserve(caller, 4));

    expect(await Promise.all(rooms.map(isGranted))).toEqual([true, false, true]);
  });

  it('has room again when a body turns out to be smaller', async () => {
    const budget = new BodyBudget({ total: 10, perCaller: 10 });
    const first = budget.reserve('alice', 10);
    const second = budget.reserve('bob', 9);

    first.shrinkTo(1);

    expect(await isGranted(second)).toBe(true);
  });

  it('can be released before anybody waits for the room', async () => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    const budget = new BodyBudget({ total: 10, perCaller: 10 });
    budget.reserve('alice', 8);
    const room = budget.reserve('bob', 8);

    room.release();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);

    expect(unhandled).not.toHaveBeenCalled();
    await expect(room.granted).rejects.toMatchObject({ code: 'Cancelled' });
  });

  it('counts what is released once', async () => {
    const budget = new BodyBudget({ total: 10, perCaller: 10 });
    const first = budget.reserve('alice', 6);
    budget.reserve('bob', 4);
    first.release();
    first.shrinkTo(0);
    first.release();

    expect(await isGranted(budget.reserve('carol', 7))).toBe(false);
  });

  it('has no room for a request that has ended while it waited', async () => {
    const budget = new BodyBudget({ total: 10, perCaller: 10 });
    const first = budget.reserve('alice', 10);
    const ended = budget.reserve('bob', 10);
    const third = budget.reserve('carol', 10);

    ended.release();
    first.release();

    await expect(ended.granted).rejects.toMatchObject({ code: 'Cancelled' });
    expect(await isGranted(third)).toBe(true);
  });
});
