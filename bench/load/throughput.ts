import { forEachParallel, numbers } from '../../test/support/parallel.ts';
import { now } from './clock.ts';

/** Throughput and latencies of a repeated operation. */
export interface Throughput {
  readonly perSecond: number;
  /** Latencies in milliseconds. */
  readonly latencies: readonly number[];
}

/**
 * Repeats an operation concurrently until the time is over, then waits for those in flight. The first failure stops it and is
 * thrown.
 *
 * @param work gets 0, 1, 2, …
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
