import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { settle } from '../../kubernetes/fake-clock.builders.ts';
import { ByteBudget, ResponseBudget } from './byte-budget.ts';

/** The callers whose calls gave way. */
const gaveWay: string[] = [];
beforeEach(() => void gaveWay.splice(0));

/** Reserves memory for a call that ends with `end`. */
function reserve(budget: ByteBudget, caller: string, bytes: number) {
  const call = new AbortController();
  const reservation = budget.reserve(caller, bytes, call.signal, () => gaveWay.push(caller));
  reservation.catch(() => undefined);
  return { reservation, end: () => call.abort() };
}

/** Whether the memory is reserved by now. */
async function isGranted({ reservation }: ReturnType<typeof reserve>): Promise<boolean> {
  let is = false;
  reservation.then(
    () => (is = true),
    () => undefined,
  );
  await settle();
  return is;
}

describe('a byte budget', () => {
  it('at its total limit lets the caller with the most memory give way to one with less', async () => {
    const budget = new ByteBudget({ total: 10, perCaller: 6 });
    const held = ['alice', 'bob', 'alice', 'alice'].map((caller) => reserve(budget, caller, 2));
    expect(await Promise.all(held.map(isGranted))).toEqual([true, true, true, true]);

    const [small, smaller] = [reserve(budget, 'carol', 3), reserve(budget, 'dave', 1)];

    expect(await Promise.all([small, smaller].map(isGranted))).toEqual([true, true]);
    expect(gaveWay).toEqual(['alice']);
  });

  it('serves the caller with the least memory first', async () => {
    const budget = new ByteBudget({ total: 10, perCaller: 9 });
    const first = reserve(budget, 'alice', 5);
    reserve(budget, 'bob', 5);
    const [more, little] = [reserve(budget, 'bob', 4), reserve(budget, 'carol', 5)];
    expect([await isGranted(more), await isGranted(little)]).toEqual([false, false]);

    first.end();

    expect([await isGranted(more), await isGranted(little)]).toEqual([false, true]);
    expect(gaveWay).toEqual([]);
  });

  it('takes no memory from others for a call that has ended', async () => {
    const budget = new ByteBudget({ total: 10, perCaller: 10 });
    await reserve(budget, 'alice', 10).reservation;

    await expect(budget.reserve('bob', 4, AbortSignal.abort(), () => undefined)).rejects.toMatchObject({
      code: 'Cancelled',
    });
    expect(gaveWay).toEqual([]);
  });

  it('takes the memory of a call that gave way only once', async () => {
    const budget = new ByteBudget({ total: 10, perCaller: 10 });
    const first = reserve(budget, 'alice', 10);
    await first.reservation;
    await reserve(budget, 'bob', 4).reservation;
    first.end();
    await settle();

    expect(await isGranted(reserve(budget, 'carol', 6))).toBe(true);
    expect(await isGranted(reserve(budget, 'carol', 1))).toBe(false);
    expect(gaveWay).toEqual(['alice']);
  });

  it('makes a call wait until another one ends', async () => {
    const budget = new ByteBudget({ total: 10, perCaller: 10 });
    const [first, second] = [reserve(budget, 'alice', 8), reserve(budget, 'bob', 8)];

    expect([await isGranted(first), await isGranted(second)]).toEqual([true, false]);
    first.end();
    expect(await isGranted(second)).toBe(true);
  });

  it('delays only callers at their own limit', async () => {
    const budget = new ByteBudget({ total: 10, perCaller: 4 });
    const calls = ['alice', 'alice', 'bob'].map((caller) => reserve(budget, caller, 4));

    expect(await Promise.all(calls.map(isGranted))).toEqual([true, false, true]);
  });

  it('grants memory that another call returns', async () => {
    const budget = new ByteBudget({ total: 10, perCaller: 10 });
    const [first, second] = [reserve(budget, 'alice', 10), reserve(budget, 'bob', 9)];

    (await first.reservation).shrinkTo(1);

    expect(await isGranted(second)).toBe(true);
  });

  it('reserves nothing for a call that has ended, however early', async () => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    const budget = new ByteBudget({ total: 10, perCaller: 10 });
    const calls = [reserve(budget, 'alice', 8), reserve(budget, 'bob', 8)];
    for (const call of calls) call.end();
    const before = budget.reserve('carol', 8, AbortSignal.abort(), () => undefined);

    await expect(before).rejects.toMatchObject({ code: 'Cancelled' });
    await expect(calls[1]?.reservation).rejects.toMatchObject({ code: 'Cancelled' });
    process.off('unhandledRejection', unhandled);

    expect(unhandled).not.toHaveBeenCalled();
    expect(await isGranted(reserve(budget, 'dave', 10))).toBe(true);
  });

  it('releases memory once', async () => {
    const budget = new ByteBudget({ total: 10, perCaller: 10 });
    const first = reserve(budget, 'alice', 6);
    reserve(budget, 'bob', 4);
    const room = await first.reservation;
    first.end();
    room.shrinkTo(0);

    expect(await isGranted(reserve(budget, 'carol', 7))).toBe(false);
  });

  it('keeps the limit of a caller whose other calls have ended', async () => {
    const budget = new ByteBudget({ total: 10, perCaller: 4 });
    const first = reserve(budget, 'alice', 4);
    const room = await first.reservation;
    first.end();
    const second = reserve(budget, 'alice', 4);
    room.shrinkTo(0);

    expect([await isGranted(second), await isGranted(reserve(budget, 'alice', 4))]).toEqual([true, false]);
  });

  it('skips a call that ended while it waited', async () => {
    const budget = new ByteBudget({ total: 10, perCaller: 10 });
    const [first, second, third] = ['alice', 'bob', 'carol'].map((caller) => reserve(budget, caller, 10));
    await settle();

    second?.end();
    first?.end();

    await expect(second?.reservation).rejects.toMatchObject({ code: 'Cancelled' });
    await expect(third?.reservation).resolves.toBeDefined();
  });

  it('grants memory in the order of the calls, also if a later one needs less', async () => {
    const budget = new ByteBudget({ total: 10, perCaller: 10 });
    const first = reserve(budget, 'alice', 8);
    const [large, small] = [reserve(budget, 'bob', 8), reserve(budget, 'carol', 2)];

    expect([await isGranted(large), await isGranted(small)]).toEqual([false, false]);
    first.end();

    expect([await isGranted(large), await isGranted(small)]).toEqual([true, true]);
  });
});

const mebibyte = 1024 * 1024;

const abort = () => undefined;

describe('the response budget', () => {
  it('gives memory for an event immediately while there is any, until it is disposed of', async () => {
    const budget = new ResponseBudget();
    const call = { signal: new AbortController().signal, abort };
    const first = budget.reserveEvent(call, 7 * mebibyte);
    const second = budget.reserveEvent(call, 2 * mebibyte);
    expect([first instanceof Promise, second instanceof Promise]).toEqual([false, true]);

    (await first)[Symbol.dispose]();
    (await second)[Symbol.dispose]();

    expect(budget.reserveEvent(call, 8 * mebibyte)).not.toBeInstanceOf(Promise);
  });

  it('does not keep events of a call that have been read', async () => {
    const budget = new ResponseBudget();
    const { signal } = new AbortController();
    const full = await budget.reserve({ signal, abort }, 8 * mebibyte);
    const waiting = budget.reserveEvent({ signal, abort }, mebibyte);
    full[Symbol.dispose]();
    (await waiting)[Symbol.dispose]();

    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('makes a caller wait until it has read earlier responses', async () => {
    const budget = new ResponseBudget();
    const made: number[] = [];
    const calls = Array.from({ length: 6 }, (_, number) => {
      const call = new AbortController();
      void budget.reserve({ signal: call.signal, abort }, 2 * mebibyte).then(() => made.push(number));
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
      budget.reserve({ signal: new AbortController().signal, abort }, 2 * mebibyte),
    );
    await Promise.all(fill);
    const ended = new AbortController();
    const answer = budget.reserve({ signal: ended.signal, abort }, mebibyte);
    ended.abort();

    await expect(answer).rejects.toMatchObject({ code: 'Cancelled' });
  });

  it('does not make other callers wait', async () => {
    const budget = new ResponseBudget();
    const caller = (username: string) => ({
      caller: { username, groups: [], extra: {} },
      signal: new AbortController().signal,
      abort,
    });
    await Promise.all(Array.from({ length: 4 }, () => budget.reserve(caller('a'), 2 * mebibyte)));

    await expect(budget.reserve(caller('b'), 2 * mebibyte)).resolves.toBeDefined();
  });
});
