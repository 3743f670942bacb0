import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sleep } from './async.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';

/** Pause after the initial lists, in milliseconds; a new leader lists once more. */
const restMs = 10_000;

/** A full collection that also shrinks the heap; blocks for some tenths of a second. */
export type CollectGarbage = () => Promise<void>;

/** What the initial lists are known by. */
interface ListingReflector {
  readonly isListing: boolean;
  waitForSync(signal: AbortSignal): Promise<void>;
}

/**
 * Shrinks the heap once, after the initial lists. V8 grows it while they are read and does not shrink it later: the process would
 * keep a fifth more memory (docs/adr/0004-own-kubernetes-toolkit.md).
 *
 * @param signal ends the wait
 * @throws CancelledError when `signal` aborts before the lists are complete
 */
export async function compactHeap(
  reflectors: readonly ListingReflector[],
  signal: AbortSignal,
  { clock, log, collect = collectGarbage }: { clock: Clock; log: Logger; collect?: CollectGarbage },
): Promise<void> {
  await Promise.all(reflectors.map((reflector) => reflector.waitForSync(signal)));
  do await sleep(clock, restMs, signal);
  while (!signal.aborted && reflectors.some(({ isListing }) => isListing));
  if (signal.aborted) return;
  const beforeMb = residentMb();
  await collect();
  log.debug({ beforeMb, afterMb: residentMb() }, 'heap compacted after initial lists');
}

/** V8's collector, without starting Node.js with `--expose-gc`. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  await runInNewContext("gc({ execution: 'async', flavor: 'last-resort' })");
}

function residentMb(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}
