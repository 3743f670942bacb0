import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { CONFIG } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { TokenBucket, type BucketSize } from '../../kubernetes/token-bucket.ts';
import { ApiError } from '../errors/api-error.ts';

/** The most callers and addresses that are counted; the one that has not called for longest is forgotten first. */
const maxBuckets = 10_000;

/** Reviews of tokens that were not found good before, by address: each costs the API server a request. */
const reviews: BucketSize = { burst: 50, refillMs: 200 };

/** Refused calls without a review, by address: without a token, with a malformed one, or with one known to be bad. */
const refusals: BucketSize = { burst: 100, refillMs: 100 };

/** Keeps one caller from taking what is there for all. */
@Injectable()
export class RateLimits {
  private readonly callers = new LRUCache<string, TokenBucket>({ max: maxBuckets });
  private readonly reviews = new LRUCache<string, TokenBucket>({ max: maxBuckets });
  private readonly refusals = new LRUCache<string, TokenBucket>({ max: maxBuckets });

  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'rateLimit' | 'rateBurst'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Counts a call of a caller.
   *
   * @throws ApiError ResourceExhausted when there were too many, with the time until there may be the next
   */
  countCall(username: string): void {
    const { rateLimit, rateBurst: burst } = this.config;
    if (rateLimit === 0) return;
    this.take(this.callers, username, { burst, refillMs: 1_000 / rateLimit }, 'calls');
  }

  /**
   * Reserves the review of a token before it is sent, so that no number of calls at once makes more reviews.
   *
   * @param address where the call comes from, as {@link addressGroup} has it
   * @returns gives the reservation back: to be called when the token turns out to be good
   * @throws ApiError ResourceExhausted when too many tokens from this address were bad
   */
  reserveReview(address: string): () => void {
    const bucket = this.take(this.reviews, address, reviews, 'bad tokens');
    return () => bucket.giveBack(this.clock.elapsedMs());
  }

  /**
   * Counts a call that is refused without a review.
   *
   * @throws ApiError ResourceExhausted when there were too many from this address
   */
  countRefusal(address: string): void {
    this.take(this.refusals, address, refusals, 'refused calls');
  }

  /** One of a bucket. Throws when there is none, with the time until there is. */
  private take(buckets: LRUCache<string, TokenBucket>, key: string, size: BucketSize, what: string): TokenBucket {
    const now = this.clock.elapsedMs();
    const bucket = bucketOf(buckets, key, size, now);
    if (bucket.take(now)) return bucket;
    throw tooMany(what, bucket.availableAfterMs(now));
  }
}

function bucketOf(buckets: LRUCache<string, TokenBucket>, key: string, size: BucketSize, now: number): TokenBucket {
  const known = buckets.get(key);
  if (known !== undefined) return known;
  const bucket = new TokenBucket(size, now);
  buckets.set(key, bucket);
  return bucket;
}

function tooMany(what: string, retryAfterMs: number): ApiError {
  return new ApiError('ResourceExhausted', `too many ${what}; the next is possible in ${retryAfterMs} ms`, {
    retryAfterMs,
  });
}
