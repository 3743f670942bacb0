import { forEachParallel, numbers } from '../../test/support/parallel.ts';
import { now } from './clock.ts';

/** How something went that was done again and again, so many at once. */
export interface Throughput {
  readonly perSecond: number;
  /** Milliseconds that each took. */
  readonly latencies: readonly number[];
}

/**
 * Does something again and again, so many at once, until the time is over; what has begun by then is waited for. The first
 * failure ends it, and is thrown.
 *
 * @param work is given 0, 1, 2, …
 */
export async function measureThroughput(
  concurrency: number,
  seconds: number,
  work: (number: number) => Promise<void>,
): Promise<Throughput> {
  const latencies: number[] = [];
  const begun = now();
  await forEachParallel(concurrency, numbersUntil(begun + seconds * 1_000), async (number) => {
    const asked = now();
    await work(number);
    latencies.push(now() - asked);
  });
  return { perSecond: (latencies.length / (now() - begun)) * 1_000, latencies };
}

function* numbersUntil(end: number): Generator<number> {
  for (const number of numbers()) {
    if (now() >= end) return;
    yield number;
  }
}
