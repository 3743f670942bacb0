import { hash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { CONFIG } from '../config/config.ts';
import type { Config } from '../config/config.ts';
import { KubernetesClient } from '../kubernetes/client.ts';
import { CLOCK, type Clock, systemClock } from '../kubernetes/clock.ts';
import type { Caller } from './caller.ts';
import { ExpiringCache } from './expiring-cache.ts';
import { readTokenReview } from './token-review.ts';
import { expiryOf } from './jwt.ts';

/** Longest time that a token which nobody knows stays unknown, in milliseconds: it may become known at any time. */
const longestRefusalMs = 5_000;

/** The most tokens that are remembered. */
const maxTokens = 4_096;

/** Longest time that a call waits for the cluster's answer, in milliseconds. */
export const reviewTimeoutMs = 5_000;

const tokenReviews = {
  group: 'authentication.k8s.io',
  version: 'v1',
  plural: 'tokenreviews',
  kind: 'TokenReview',
  namespaced: false,
} as const;

interface Reviewed {
  readonly caller?: Caller;
  /** How long the answer may be remembered, in milliseconds. */
  readonly goodForMs: number;
}

/**
 * Tells who a bearer token belongs to, by asking the cluster
 * (https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/).
 */
@Injectable()
export class Authenticator {
  private readonly answers: ExpiringCache<Reviewed>;
  /** Tokens that the last review found good, for longer than its answer is cached. */
  private readonly good = new LRUCache<string, true>({ max: maxTokens });

  constructor(
    private readonly client: KubernetesClient,
    @Inject(CONFIG) private readonly config: Pick<Config, 'authAudiences' | 'authCacheMs'>,
    @Inject(CLOCK) private readonly clock: Clock = systemClock,
  ) {
    this.answers = new ExpiringCache({ max: maxTokens, ttlMs: ({ goodForMs }) => goodForMs, clock });
  }

  /** Whether a token has been reviewed before: its answer is cached, or its last review found it good. */
  knows(token: string): boolean {
    const key = keyOf(token);
    return this.answers.has(key) || this.good.has(key);
  }

  /**
   * Who the token belongs to; undefined when the cluster does not know it, or it was not made for this service.
   *
   * @throws KubernetesError when the cluster does not answer
   */
  async authenticate(token: string): Promise<Caller | undefined> {
    const { caller } = await this.answers.get(keyOf(token), () => this.review(token));
    return caller;
  }

  private async review(token: string): Promise<Reviewed> {
    const { authAudiences: audiences, authCacheMs } = this.config;
    const review = { spec: { token, audiences } };
    const status = await this.client.review(tokenReviews, review, { timeoutMs: reviewTimeoutMs });
    const caller = readTokenReview(status, audiences);
    if (caller === undefined) {
      this.good.delete(keyOf(token));
      return { goodForMs: Math.min(authCacheMs, longestRefusalMs) };
    }
    this.good.set(keyOf(token), true);
    const leftMs = (expiryOf(token) ?? Infinity) - this.clock.now().getTime();
    return { caller, goodForMs: Math.min(authCacheMs, leftMs) };
  }
}

/** The token itself is nowhere kept. */
function keyOf(token: string): string {
  return hash('sha256', token, 'base64');
}
