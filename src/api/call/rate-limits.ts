import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { CONFIG } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import { freeAnonymousCalls, rateLimits } from '../../config/limits.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { TokenBucket } from '../../kubernetes/token-bucket.ts';
import type { BucketSize } from '../../kubernetes/token-bucket.ts';
import { ApiError } from '../errors/api-error.ts';

/** Callers or addresses that are counted; the one idle for longest is dropped. */
const maxBuckets = 10_000;

/** Limits how often callers and addresses may call. */
@Injectable()
export class RateLimits {
  private readonly callers = new LRUCache<string, TokenBucket>({ max: maxBuckets });
  private readonly reviews = new LRUCache<string, TokenBucket>({ max: maxBuckets });
  private readonly refusals = new LRUCache<string, TokenBucket>({ max: maxBuckets });
  private readonly preflights = new LRUCache<string, TokenBucket>({ max: maxBuckets });
  private readonly anonymousCalls: TokenBucket;
  private readonly allPreflights: TokenBucket;

  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'rateLimit' | 'rateBurst'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.anonymousCalls = new TokenBucket(rateLimits.anonymousCalls, clock.elapsedMs());
    this.allPreflights = new TokenBucket(rateLimits.allPreflights, clock.elapsedMs());
  }

  /**
   * Counts a call of an authenticated caller.
   *
   * @throws ApiError ResourceExhausted with the time until the next call is allowed
   */
  countCall(username: string): void {
    const { rateLimit, rateBurst: burst } = this.config;
    if (rateLimit === 0) return;
    this.take(this.callers, username, { burst, refillMs: 1_000 / rateLimit }, 'calls');
  }

  /**
   * Reserves the review of a token before it is sent, which bounds concurrent reviews, too.
   *
   * @param address as {@link addressGroup} returns it
   * @returns releases the reservation; to be called unless the token is bad
   * @throws ApiError ResourceExhausted if too many tokens from this address were bad
   */
  reserveReview(address: string): () => void {
    const bucket = this.take(this.reviews, address, rateLimits.reviews, 'bad tokens');
    return () => bucket.giveBack(this.clock.elapsedMs());
  }

  /**
   * Counts a call that is refused without a review.
   *
   * @throws ApiError ResourceExhausted if there were too many from this address
   */
  countRefusal(address: string): void {
    this.take(this.refusals, address, rateLimits.refusals, 'refused calls');
  }

  /**
   * Whether a gRPC connection may make another call.
   *
   * @param count its calls before one is authenticated, including this one; 0 if one is
   */
  admitsAnonymousCall(count: number): boolean {
    return count <= freeAnonymousCalls || this.anonymousCalls.take(this.clock.elapsedMs());
  }

  /** Whether a caller may have another bundle resolved. */
  admitsPreflight(username: string): boolean {
    const now = this.clock.elapsedMs();
    return this.bucket(this.preflights, username, rateLimits.preflights).take(now) && this.allPreflights.take(now);
  }

  private take(buckets: LRUCache<string, TokenBucket>, key: string, size: BucketSize, what: string): TokenBucket {
    const now = this.clock.elapsedMs();
    const bucket = this.bucket(buckets, key, size);
    if (bucket.take(now)) return bucket;
    const retryAfterMs = bucket.availableAfterMs(now);
    const message = `too many ${what}; the next is possible in ${retryAfterMs} ms`;
    throw new ApiError('ResourceExhausted', message, { retryAfterMs });
  }

  private bucket(buckets: LRUCache<string, TokenBucket>, key: string, size: BucketSize): TokenBucket {
    const bucket = buckets.get(key) ?? new TokenBucket(size, this.clock.elapsedMs());
    buckets.set(key, bucket);
    return bucket;
  }
}
