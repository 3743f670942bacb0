import { describe, expect, it } from '@jest/globals';
import { PacedQueue } from './paced-queue.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** A queue with the names of the work that has run. */
function fixture() {
  const queue = new PacedQueue(20);
  const done: string[] = [];
  const add = (group: unknown, name: string) => {
    const work = { isObsolete: false };
    queue.add(group, { run: () => done.push(name), isObsolete: () => work.isObsolete });
    return work;
  };
  const fill = (group: unknown, count: number) => Array.from({ length: count }, (_, at) => add(group, `flood ${at}`));
  return { queue, done, add, fill };
}

describe('a paced queue', () => {
  it('runs work immediately if nothing waits', () => {
    const { done, add } = fixture();

    add('a', 'one');

    expect(done).toEqual(['one']);
  });

  it('runs a bounded amount of work per turn of the event loop', async () => {
    const { done, fill } = fixture();

    fill('a', 50);
    const counts = [done.length];
    for (let turn = 0; turn < 3; turn++) {
      await nextTurn();
      counts.push(done.length);
    }

    expect(counts).toEqual([20, 40, 50, 50]);
  });

  it('alternates between groups', async () => {
    const { done, add, fill } = fixture();
    fill('a', 1_000);

    add('b', 'good');
    await nextTurn();

    expect(done.slice(20, 23)).toEqual(['flood 20', 'good', 'flood 21']);
  });

  it('drops obsolete work without counting it', async () => {
    const { done, add, fill } = fixture();
    for (const work of fill('a', 1_000)) work.isObsolete = true;

    add('b', 'good');
    await nextTurn();

    expect(done.slice(20)).toEqual(['good']);
  });

  it('lets takers wait for the next turn in their order', async () => {
    const { queue, done, fill } = fixture();
    fill('a', 19);

    expect(queue.take()).toBeUndefined();
    for (const name of ['first', 'second']) void queue.take()?.then(() => done.push(name));
    expect(done).toHaveLength(19);
    await nextTurn();

    expect(done.slice(19)).toEqual(['first', 'second']);
  });

  it('does expensive work as soon as a turn has anything left, and less other work in that turn', async () => {
    const { queue, done } = fixture();
    const take = (name: string, cost: number) => void queue.take(cost)?.then(() => done.push(name));

    expect(queue.take(19)).toBeUndefined();
    expect(queue.take(100)).toBeUndefined();
    take('first', 5);
    take('second', 15);
    take('third', 1);
    await nextTurn();
    expect(done).toEqual(['first', 'second']);
    await nextTurn();

    expect(done).toEqual(['first', 'second', 'third']);
  });
});
