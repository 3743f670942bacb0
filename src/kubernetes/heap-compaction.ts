import { sleep } from './async.ts';
import { systemClock, type Clock } from './clock.ts';
import { silentLogger, type Logger } from './logger.ts';

/** How long the heap is left alone after lists: until what follows from them is done, too. In milliseconds. */
const restMs = 10_000;
const mebibyte = 2 ** 20;

/** V8's collector, as Node.js has it with `--expose-gc`. */
export type CollectGarbage = (options: { execution: 'async'; flavor: 'last-resort' }) => Promise<void>;

/** What fills the heap in the beginning. */
export interface FirstLists {
  /** Resolves when everything was listed once; when it rejects there is nothing to do. */
  readonly listed: Promise<unknown>;
  /** Whether something is being listed again: a new leader does so, beside 50,000 executions for longer than a rest. */
  readonly isListing: () => boolean;
}

/** What it is done with; all have defaults. */
export interface HeapCompactionOptions {
  readonly clock?: Clock;
  readonly log?: Logger;
  /** Default: that of the process, if it was started with `--expose-gc`. */
  readonly collect?: CollectGarbage;
}

/**
 * Gives back, once, what the first lists leave behind in the heap. V8 lets a heap grow while much is allocated, and does not
 * make it smaller afterwards: beside 10,000 executions half of it is garbage, for good (docs/performance.md). It takes some
 * tenths of a second, in which nothing else is done. Without a collector nothing happens.
 *
 * @param signal ends the wait
 * @returns resolves when it is done or ended; never rejects
 */
export async function compactHeap(
  { listed, isListing }: FirstLists,
  signal: AbortSignal,
  { clock = systemClock, log = silentLogger, collect = globalThis.gc }: HeapCompactionOptions = {},
): Promise<void> {
  const isListed = await listed.then(
    () => true,
    () => false,
  );
  if (!isListed || collect === undefined) return;
  do await sleep(clock, restMs, signal);
  while (!signal.aborted && isListing());
  if (signal.aborted) return;
  const before = process.memoryUsage.rss();
  await collect({ execution: 'async', flavor: 'last-resort' });
  const [beforeMb, afterMb] = [before, process.memoryUsage.rss()].map((bytes) => Math.round(bytes / mebibyte));
  log.debug({ beforeMb, afterMb }, 'memory of the first lists was given back');
}
