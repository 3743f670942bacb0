import { describe, expect, it } from '@jest/globals';
import { settle } from '../../kubernetes/fake-clock.builders.ts';
import { Semaphore } from './semaphore.ts';

/** Those who have a slot by now; `leave` ends the wait of one. */
function setUp(slots: number, names: readonly string[]) {
  const semaphore = new Semaphore(slots);
  const [holders, cancelled]: [string[], string[]] = [[], []];
  const waits = new Map(names.map((name) => [name, new AbortController()]));
  for (const [name, { signal }] of waits) {
    semaphore.acquire(signal).then(
      () => holders.push(name),
      () => cancelled.push(name),
    );
  }
  return { semaphore, holders, cancelled, leave: (name: string) => waits.get(name)?.abort() };
}

describe('a semaphore', () => {
  it('hands out its slots in the order of the requests', async () => {
    const { semaphore, holders } = setUp(1, ['a', 'b', 'c']);
    await settle();
    expect(holders).toEqual(['a']);

    semaphore.release();
    semaphore.release();
    await settle();

    expect(holders).toEqual(['a', 'b', 'c']);
  });

  it('skips those who have left, also in the moment in which they are next', async () => {
    const { semaphore, holders, cancelled, leave } = setUp(1, ['a', 'b', 'c', 'd']);
    await settle();
    leave('b');
    await settle();
    leave('c');
    semaphore.release();
    await settle();

    expect(cancelled).toEqual(['b', 'c']);
    expect(holders).toEqual(['a', 'd']);
  });
});
