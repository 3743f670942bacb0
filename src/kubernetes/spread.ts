import { sleep, type Clock } from './clock.ts';

/**
 * Hands items out evenly over some time, the first at once, so that work on many does not come in one heap. What is done
 * with an item in between counts as part of that time; where it takes longer, the next ones follow without a pause.
 *
 * @param withinMs how long it may take for all; 0 for one right after the other
 * @param signal ends it early, without an error
 */
export async function* spread<T>(
  items: readonly T[],
  withinMs: number,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<T, void, void> {
  const begunAt = clock.elapsedMs();
  for (const [index, item] of items.entries()) {
    const earlyMs = begunAt + (index * withinMs) / items.length - clock.elapsedMs();
    if (earlyMs > 0) await sleep(clock, earlyMs, signal);
    if (signal.aborted) return;
    yield item;
  }
}
