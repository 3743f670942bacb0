import { describe, expect, it, jest } from '@jest/globals';
import { settle } from '../../kubernetes/fake-clock.builders.ts';
import { ByteBudget, ResponseBudget } from './byte-budget.ts';
import type { Reservation } from './byte-budget.ts';

/** Whether the reservation is granted by now. */
async function isGranted({ granted }: Reservation): Promise<boolean> {
  let is = false;
  granted.then(
    () => (is = true),
    () => undefined,
  );
  await settle();
  return is;
}

describe('a byte budget', () => {
  it('makes a reservation wait until another one is released', async () => {
    const budget = new ByteBudget({ total: 10, perCaller: 10 });
    const first = budget.reserve('alice', 8);
    const second = budget.reserve('bob', 8);

    expect([await isGranted(first), await isGranted(second)]).toEqual([true, false]);
    first.release();
    expect(await isGranted(second)).toBe(true);
  });

  it('delays only callers at their own limit', async () => {
    const budget = new ByteBudget({ total: 10, perCaller: 4 });
    const rooms = ['alice', 'alice', 'bob'].map((caller) => budget.reserve(caller, 4));

    expect(await Promise.all(rooms.map(isGranted))).toEqual([true, false, true]);
  });

  it('grants a waiting reservation when another one shrinks', async () => {
    const budget = new ByteBudget({ total: 10, perCaller: 10 });
    const first = budget.reserve('alice', 10);
    const second = budget.reserve('bob', 9);

    first.shrinkTo(1);

    expect(await isGranted(second)).toBe(true);
  });

  it('can be released before it is awaited', async () => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    const budget = new ByteBudget({ total: 10, perCaller: 10 });
    budget.reserve('alice', 8);
    const room = budget.reserve('bob', 8);

    room.release();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);

    expect(unhandled).not.toHaveBeenCalled();
    await expect(room.granted).rejects.toMatchObject({ code: 'Cancelled' });
  });

  it('releases a reservation once', async () => {
    const budget = new ByteBudget({ total: 10, perCaller: 10 });
    const first = budget.reserve('alice', 6);
    budget.reserve('bob', 4);
    first.release();
    first.shrinkTo(0);
    first.release();

    expect(await isGranted(budget.reserve('carol', 7))).toBe(false);
  });

  it('skips a reservation that was released while it waited', async () => {
    const budget = new ByteBudget({ total: 10, perCaller: 10 });
    const first = budget.reserve('alice', 10);
    const ended = budget.reserve('bob', 10);
    const third = budget.reserve('carol', 10);

    ended.release();
    first.release();

    await expect(ended.granted).rejects.toMatchObject({ code: 'Cancelled' });
    expect(await isGranted(third)).toBe(true);
  });

  it('grants reservations in their order, also if a later one is smaller', async () => {
    const budget = new ByteBudget({ total: 10, perCaller: 10 });
    const first = budget.reserve('alice', 8);
    const [large, small] = [budget.reserve('bob', 8), budget.reserve('carol', 2)];

    expect([await isGranted(large), await isGranted(small)]).toEqual([false, false]);
    first.release();

    expect([await isGranted(large), await isGranted(small)]).toEqual([true, true]);
  });

  it('refuses reservations while 10,000 of them wait', () => {
    const budget = new ByteBudget({ total: 10, perCaller: 5 });
    budget.reserve('alice', 5);
    for (let waiting = 0; waiting < 10_000; waiting++) budget.reserve('alice', 5);

    expect(() => budget.reserve('alice', 5)).toThrow(expect.objectContaining({ code: 'ResourceExhausted' }));
    expect(() => budget.reserve('bob', 5)).not.toThrow();
  });
});

const mebibyte = 1024 * 1024;

describe('the response budget', () => {
  it('makes a caller wait until it has read earlier responses', async () => {
    const budget = new ResponseBudget();
    const made: number[] = [];
    const calls = Array.from({ length: 6 }, (_, number) => {
      const call = new AbortController();
      void budget.reserve({ signal: call.signal }, 2 * mebibyte).then(() => made.push(number));
      return call;
    });
    await settle();
    expect(made).toEqual([0, 1, 2, 3]);

    calls[1]?.abort();
    await settle();

    expect(made).toEqual([0, 1, 2, 3, 4]);
  });

  it('cancels a call that ends while it waits', async () => {
    const budget = new ResponseBudget();
    const fill = Array.from({ length: 4 }, () =>
      budget.reserve({ signal: new AbortController().signal }, 2 * mebibyte),
    );
    await Promise.all(fill);
    const ended = new AbortController();
    const answer = budget.reserve({ signal: ended.signal }, mebibyte);
    ended.abort();

    await expect(answer).rejects.toMatchObject({ code: 'Cancelled' });
  });

  it('does not make other callers wait', async () => {
    const budget = new ResponseBudget();
    const caller = (username: string) => ({
      caller: { username, groups: [], extra: {} },
      signal: new AbortController().signal,
    });
    await Promise.all(Array.from({ length: 4 }, () => budget.reserve(caller('a'), 2 * mebibyte)));

    await expect(budget.reserve(caller('b'), 2 * mebibyte)).resolves.toBeDefined();
  });
});
