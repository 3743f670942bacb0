/** How much may happen at once, and how fast that comes back. */
export interface BucketSize {
  readonly burst: number;
  /** Milliseconds for one more. */
  readonly refillMs: number;
}

/** Counts down what may still happen; it comes back with time. */
export class TokenBucket {
  readonly #size: BucketSize;
  #tokens: number;
  #at: number;

  /** A full bucket. Times are milliseconds of one clock. */
  constructor(size: BucketSize, now: number) {
    this.#size = size;
    this.#tokens = size.burst;
    this.#at = now;
  }

  /** Takes one; false when there is none. */
  take(now: number): boolean {
    this.#refill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Returns one that was taken. */
  giveBack(now: number): void {
    this.#refill(now);
    this.#tokens = Math.min(this.#size.burst, this.#tokens + 1);
  }

  /** Milliseconds until there is one to take; 0 when there is one. */
  availableAfterMs(now: number): number {
    this.#refill(now);
    return Math.max(0, Math.ceil((1 - this.#tokens) * this.#size.refillMs));
  }

  #refill(now: number): void {
    this.#tokens = Math.min(this.#size.burst, this.#tokens + (now - this.#at) / this.#size.refillMs);
    this.#at = now;
  }
}
