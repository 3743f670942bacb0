import { setTimeout as delay } from 'node:timers/promises';

/** How long tests wait for something that should happen soon, in milliseconds; reached only when it does not. */
const defaultDeadlineMs = 30_000;
/** Longest pause between two checks, in milliseconds: tests run side by side, and many checks call the API server. */
const maxPauseMs = 50;

/**
 * Checks a condition until it holds or the time is up.
 *
 * @returns whether it held
 * @throws the reason of `signal` if it aborts
 */
export async function holdsWithin(
  ms: number,
  holds: () => boolean | Promise<boolean>,
  signal?: AbortSignal,
): Promise<boolean> {
  const end = performance.now() + ms;
  for (let pauseMs = 5; !(await holds()); pauseMs = Math.min(pauseMs * 1.5, maxPauseMs)) {
    if (performance.now() > end) return false;
    await delay(pauseMs, undefined, { signal });
  }
  return true;
}

/** Checks a condition until it holds; throws when it does not within the deadline. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = defaultDeadlineMs,
): Promise<void> {
  if (!(await holdsWithin(ms, holds))) throw new Error(`Timed out after ${ms} ms, waiting until ${what}`);
}

/** Awaits a promise that may never settle; throws when it has not within the deadline. */
export async function inTime<T>(what: string, promise: Promise<T>, ms = defaultDeadlineMs): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`Timed out after ${ms} ms, waiting until ${what}`)), ms);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
