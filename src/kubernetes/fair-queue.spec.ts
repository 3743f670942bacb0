import { describe, expect, it } from '@jest/globals';
import { FairQueue } from './fair-queue.ts';

/** A queue whose groups are the first letters of the keys. */
function aQueue(...keys: readonly string[]): FairQueue {
  const queue = new FairQueue((key) => key.charAt(0));
  for (const [since, key] of keys.entries()) queue.add(key, since);
  return queue;
}

function takeAll(queue: FairQueue): string[] {
  const taken: string[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) taken.push(next[0]);
  return taken;
}

describe('a fair queue', () => {
  it('lets groups take turns, and keeps the order within each', () => {
    const queue = aQueue('a1', 'a2', 'a3', 'b1', 'a4', 'c1', 'b2');

    expect(takeAll(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
    expect(queue.size).toBe(0);
  });

  it('lets a group that comes back wait for the others', () => {
    const queue = aQueue('a1', 'b1', 'b2');
    queue.take();
    queue.add('a2', 9);

    expect(takeAll(queue)).toEqual(['b1', 'a2', 'b2']);
  });

  it('knows since when a key waits, until it is removed', () => {
    const queue = aQueue('a1', 'a2', 'b1');
    for (const key of ['a2', 'b1', 'b1', 'c1']) queue.remove(key);

    expect([queue.get('a1'), queue.get('a2'), queue.get('b1'), queue.size]).toEqual([0, undefined, undefined, 1]);
    expect(queue.take()).toEqual(['a1', 0]);
    expect(queue.take()).toBeUndefined();
  });
});
