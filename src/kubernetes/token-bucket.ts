/** Size of a token bucket. */
export interface BucketSize {
  readonly burst: number;
  /** Milliseconds per token. */
  readonly refillMs: number;
}

/** A token bucket. All times are milliseconds of one clock. */
export class TokenBucket {
  private readonly size: BucketSize;
  private tokens: number;
  private refilledAt: number;

  /** A full bucket. */
  constructor(size: BucketSize, now: number) {
    this.size = size;
    this.tokens = size.burst;
    this.refilledAt = now;
  }

  /** Takes a token; false when there is none. */
  take(now: number): boolean {
    this.refill(now);
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  /** Returns a token. */
  giveBack(now: number): void {
    this.refill(now);
    this.tokens = Math.min(this.size.burst, this.tokens + 1);
  }

  /** Milliseconds until there is a token; 0 when there is one. */
  availableAfterMs(now: number): number {
    this.refill(now);
    return Math.max(0, Math.ceil((1 - this.tokens) * this.size.refillMs));
  }

  private refill(now: number): void {
    this.tokens = Math.min(this.size.burst, this.tokens + (now - this.refilledAt) / this.size.refillMs);
    this.refilledAt = now;
  }
}
