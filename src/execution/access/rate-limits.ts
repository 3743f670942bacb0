import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AUTH_CLOCK } from '../../auth/authenticator.ts';
import { CONFIG } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import type { Clock } from '../../kubernetes/clock.ts';
import { TokenBucket } from '../../kubernetes/token-bucket.ts';
import type { BucketSize } from '../../kubernetes/token-bucket.ts';
import { ApiError } from '../errors/api-error.ts';

/** The most callers and addresses whose calls are counted; who calls often is never the one that is forgotten. */
const maxBuckets = 10_000;

/** Tokens that nobody knows, from one address: each costs the API server a question. */
const unknownTokens: BucketSize = { burst: 50, refillMs: 200 };

/** Keeps one caller from taking what is there for all. */
@Injectable()
export class RateLimits {
  private readonly callers = new LRUCache<string, TokenBucket>({ max: maxBuckets });
  private readonly strangers = new LRUCache<string, TokenBucket>({ max: maxBuckets });

  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'rateLimit' | 'rateBurst'>,
    @Inject(AUTH_CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Counts a call of a caller.
   *
   * @throws ApiError ResourceExhausted when there were too many, with the time until there may be the next
   */
  countCall(username: string): void {
    const { rateLimit, rateBurst: burst } = this.config;
    if (rateLimit === 0) return;
    const now = this.clock.elapsedMs();
    const bucket = bucketOf(this.callers, username, { burst, refillMs: 1_000 / rateLimit }, now);
    if (!bucket.take(now)) throw tooMany('calls', bucket.availableAfterMs(now));
  }

  /**
   * Whether one more token from an address may be asked about.
   *
   * @throws ApiError ResourceExhausted when too many of its tokens were nobody's
   */
  assertMayAsk(address: string): void {
    const now = this.clock.elapsedMs();
    const waitMs = this.strangers.get(address)?.availableAfterMs(now) ?? 0;
    if (waitMs > 0) throw tooMany('unknown tokens', waitMs);
  }

  /** Counts a token that was nobody's. */
  countStranger(address: string): void {
    const now = this.clock.elapsedMs();
    bucketOf(this.strangers, address, unknownTokens, now).take(now);
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
