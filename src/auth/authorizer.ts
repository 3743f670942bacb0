import { hash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../config/config.ts';
import type { Config } from '../config/config.ts';
import { KubernetesClient } from '../kubernetes/client.ts';
import { CLOCK, type Clock, systemClock } from '../kubernetes/clock.ts';
import { recordOf } from '../kubernetes/json.ts';
import { reviewTimeoutMs } from './authenticator.ts';
import type { Caller } from './caller.ts';
import { ExpiringCache } from './expiring-cache.ts';

/** What a caller wants to access, as in a SubjectAccessReview. */
export interface ResourceAttributes {
  readonly group: string;
  /** Lower-case plural. */
  readonly resource: string;
  readonly subresource?: string;
  readonly verb: string;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  /** Absent: any name. */
  readonly name?: string;
}

/** Cache time of denials, in milliseconds; short, because permissions may be granted at any time. */
const maxDenialMs = 5_000;

/** Cached results. */
const maxResults = 16_384;

const accessReviews = {
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'subjectaccessreviews',
  kind: 'SubjectAccessReview',
  namespaced: false,
} as const;

/**
 * Authorizes callers by SubjectAccessReview
 * (https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/subject-access-review-v1/).
 */
@Injectable()
export class Authorizer {
  private readonly results: ExpiringCache<boolean>;

  constructor(
    private readonly client: KubernetesClient,
    @Inject(CONFIG) { authCacheMs }: Pick<Config, 'authCacheMs'>,
    @Inject(CLOCK) clock: Clock = systemClock,
  ) {
    const ttlMs = (allowed: boolean) => (allowed ? authCacheMs : Math.min(authCacheMs, maxDenialMs));
    this.results = new ExpiringCache({ max: maxResults, ttlMs, clock });
  }

  /**
   * Whether the caller is allowed. Reviews access to any name in the namespace first, as most permissions are not bound
   * to names and one result then serves all of them; the name itself only if that is denied.
   *
   * @throws KubernetesError if the cluster does not answer
   */
  async allows(caller: Caller, attributes: ResourceAttributes): Promise<boolean> {
    const { name, ...anyName } = attributes;
    return (await this.cached(caller, anyName)) || (name !== undefined && this.cached(caller, attributes));
  }

  private cached(caller: Caller, attributes: ResourceAttributes): Promise<boolean> {
    const key = hash('sha256', JSON.stringify([caller, attributes]), 'base64');
    return this.results.get(key, () => this.review(caller, attributes));
  }

  private async review(caller: Caller, resourceAttributes: ResourceAttributes): Promise<boolean> {
    const { username: user, uid, groups, extra } = caller;
    const review = { spec: { user, uid, groups, extra, resourceAttributes } };
    const status = recordOf(await this.client.review(accessReviews, review, { timeoutMs: reviewTimeoutMs }));
    return status['allowed'] === true && status['denied'] !== true;
  }
}
