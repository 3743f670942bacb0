import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds between two looks. */
const pollMs = 50;

/**
 * Looks again and again whether something holds.
 *
 * @returns whether it did within `ms` milliseconds
 * @throws the reason of `signal` when that aborts
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
