import { setTimeout as delay } from 'node:timers/promises';

/** Poll interval in milliseconds. */
const pollMs = 50;

/**
 * Polls a condition.
 *
 * @returns whether it held within `ms` milliseconds
 * @throws the reason of `signal` if it aborts
 */
export async function waitUntil(
  holds: () => boolean | Promise<boolean>,
  ms: number,
  signal: AbortSignal,
): Promise<boolean> {
  for (const end = performance.now() + ms; ; await delay(pollMs, undefined, { signal })) {
    if (await holds()) return true;
    if (performance.now() > end) return false;
  }
}
