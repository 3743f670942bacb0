import { systemClock, type Clock, type Random } from './clock.ts';

/** How delays grow with failures in a row. Milliseconds. */
export interface BackoffPolicy {
  /** Upper bound of the first delay. */
  readonly baseMs: number;
  /** Upper bound of every delay. */
  readonly maxMs: number;
}

/**
 * The delay before the next attempt after `failures` failures in a row (1 or more): exponential with full jitter,
 * that is, anywhere between zero and `min(maxMs, baseMs * 2^(failures-1))`, so that clients which failed together do
 * not come back together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export function backoffDelay(policy: BackoffPolicy, failures: number, random: Random): number {
  const ceiling = Math.min(policy.maxMs, policy.baseMs * 2 ** Math.max(0, failures - 1));
  return Math.floor(random() * ceiling);
}

/** The failures in a row of one activity, and the delay they earn. */
export class Backoff {
  readonly #policy: BackoffPolicy;
  readonly #clock: Clock;
  readonly #random: Random;
  #failures = 0;
  #lastFailure = 0;

  constructor(policy: BackoffPolicy, clock: Clock = systemClock, random: Random = Math.random) {
    this.#policy = policy;
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * Counts a failure and returns the delay in ms before the next attempt, never less than what the server asked for.
   * After a quiet time of twice the longest delay the count starts anew.
   */
  next(retryAfterMs = 0): number {
    const now = this.#clock.now().getTime();
    if (now - this.#lastFailure > 2 * this.#policy.maxMs) this.#failures = 0;
    this.#lastFailure = now;
    this.#failures++;
    return retryAfterMs + backoffDelay(this.#policy, this.#failures, this.#random);
  }
}
