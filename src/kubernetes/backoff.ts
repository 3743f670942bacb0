import { systemClock, type Clock, type Random } from './clock.ts';

/** Limits of exponential delays, in milliseconds. */
export interface BackoffPolicy {
  /** Limit of the first delay. */
  readonly baseMs: number;
  /** Limit of every delay. */
  readonly maxMs: number;
}

/**
 * The delay after a number of consecutive failures: exponential with full jitter, between zero and
 * `min(maxMs, baseMs * 2^(failures-1))` (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export function backoffDelay(policy: BackoffPolicy, failures: number, random: Random): number {
  const ceiling = Math.min(policy.maxMs, policy.baseMs * 2 ** Math.max(0, failures - 1));
  return Math.floor(random() * ceiling);
}

/** Counts consecutive failures and computes the delays after them. */
export class Backoff {
  private readonly policy: BackoffPolicy;
  private readonly clock: Clock;
  private readonly random: Random;
  private failures = 0;
  private lastFailure = 0;

  constructor(policy: BackoffPolicy, clock: Clock = systemClock, random: Random = Math.random) {
    this.policy = policy;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Counts a failure; returns the delay before the next attempt, `retryAfterMs` included. The count is reset when the last failure
   * is longer ago than twice the longest delay.
   */
  next(retryAfterMs = 0): number {
    const now = this.clock.now().getTime();
    if (now - this.lastFailure > 2 * this.policy.maxMs) this.failures = 0;
    this.lastFailure = now;
    this.failures++;
    return retryAfterMs + backoffDelay(this.policy, this.failures, this.random);
  }
}
