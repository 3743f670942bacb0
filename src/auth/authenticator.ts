import { hash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { CONFIG } from '../config/config.ts';
import type { Config } from '../config/config.ts';
import { KubernetesClient } from '../kubernetes/client.ts';
import { CLOCK, systemClock, type Clock } from '../kubernetes/clock.ts';
import { parseTokenReview } from './caller.ts';
import type { Caller } from './caller.ts';
import { ExpiringCache } from './expiring-cache.ts';
import { expiryOf } from './jwt.ts';

/** Cache time of unknown tokens, in milliseconds; short, because they may become valid. */
const maxRefusalMs = 5_000;

/** Cached tokens. */
const maxTokens = 4_096;

/** Timeout of a review, in milliseconds. */
export const reviewTimeoutMs = 5_000;

const tokenReviews = {
  group: 'authentication.k8s.io',
  version: 'v1',
  plural: 'tokenreviews',
  kind: 'TokenReview',
  namespaced: false,
} as const;

interface ReviewResult {
  /** Absent if the token was refused. */
  readonly caller?: Caller;
  readonly ttlMs: number;
}

/**
 * Authenticates bearer tokens by TokenReview
 * (https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/).
 */
@Injectable()
export class Authenticator {
  private readonly results: ExpiringCache<ReviewResult>;
  /** Tokens that their last review accepted, for longer than its result is cached. */
  private readonly accepted = new LRUCache<string, true>({ max: maxTokens });

  constructor(
    private readonly client: KubernetesClient,
    @Inject(CONFIG) private readonly config: Pick<Config, 'authAudiences' | 'authCacheMs'>,
    @Inject(CLOCK) private readonly clock: Clock = systemClock,
  ) {
    this.results = new ExpiringCache({ max: maxTokens, ttlMs: ({ ttlMs }) => ttlMs, clock });
  }

  /** Whether the result of a token's review is cached or expected, or its last review accepted it. */
  knows(token: string): boolean {
    const key = keyOf(token);
    return this.results.has(key) || this.accepted.has(key);
  }

  /**
   * The user of a token; undefined if the cluster does not know it or it was not issued for this service.
   *
   * @throws KubernetesError if the cluster does not answer
   */
  async authenticate(token: string): Promise<Caller | undefined> {
    const { caller } = await this.results.get(keyOf(token), () => this.review(token));
    return caller;
  }

  private async review(token: string): Promise<ReviewResult> {
    const { authAudiences: audiences, authCacheMs } = this.config;
    const review = { spec: { token, audiences } };
    const status = await this.client.review(tokenReviews, review, { timeoutMs: reviewTimeoutMs });
    const caller = parseTokenReview(status, audiences);
    if (caller === undefined) {
      this.accepted.delete(keyOf(token));
      return { ttlMs: Math.min(authCacheMs, maxRefusalMs) };
    }
    this.accepted.set(keyOf(token), true);
    const validMs = (expiryOf(token) ?? Infinity) - this.clock.now().getTime();
    return { caller, ttlMs: Math.min(authCacheMs, validMs) };
  }
}

/** Tokens themselves are not kept. */
function keyOf(token: string): string {
  return hash('sha256', token, 'base64');
}
