import { describe, expect, it } from '@jest/globals';
import { PacedReads, scannedPerTurn, type ReadingCall } from './paced-reads.ts';

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function aCall(username = 'alice', controller = new AbortController()): ReadingCall {
  return { caller: { username, groups: [], extra: {} }, signal: controller.signal };
}

/** Scans of this many items each: the number of items visited in each turn of the event loop. */
async function visitedPerTurn(counts: readonly number[]): Promise<number[]> {
  const reads = new PacedReads();
  const visited: number[] = [];
  let turn = 0;
  let next: NodeJS.Immediate;
  const count = () => {
    turn += 1;
    next = setImmediate(count);
  };
  next = setImmediate(count);
  const visit = () => (visited[turn] = (visited[turn] ?? 0) + 1);
  await Promise.all(counts.map((length) => reads.scan(numbers(length), visit, aCall())));
  clearImmediate(next);
  return visited;
}

describe('a scan of the cache', () => {
  it('takes one turn of the event loop if it is small', async () => {
    expect(await visitedPerTurn([scannedPerTurn])).toEqual([scannedPerTurn]);
  });

  it('visits a bounded number of items per turn, together with the other scans', async () => {
    const [whole, half] = [scannedPerTurn, scannedPerTurn / 2];

    expect(await visitedPerTurn([whole + half, 2 * whole])).toEqual([whole, whole, half, whole]);
  });

  it('takes turns with those of other callers', async () => {
    const reads = new PacedReads();
    const ended: string[] = [];
    const scan = (username: string, slices: number) =>
      reads.scan(numbers(slices * scannedPerTurn), () => undefined, aCall(username)).then(() => ended.push(username));

    await Promise.all([...numbers(10).map(() => scan('floods', 3)), scan('other', 2)]);

    expect(ended[0]).toBe('other');
  });

  it('stops when its call ends', async () => {
    const controller = new AbortController();
    let visited = 0;

    const visit = () => {
      visited += 1;
      controller.abort();
    };
    const scan = new PacedReads().scan(numbers(3 * scannedPerTurn), visit, aCall('alice', controller));

    await expect(scan).rejects.toMatchObject({ code: 'Cancelled' });
    expect(visited).toBe(scannedPerTurn);
  });
});
