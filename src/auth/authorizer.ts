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
import type { ResourceAccess } from './resource-access.ts';

/** Longest time that a refusal is remembered, in milliseconds: whoever was just given a right does not wait for it. */
const longestRefusalMs = 5_000;

/** The most answers that are remembered. */
const maxAnswers = 16_384;

const accessReviews = {
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'subjectaccessreviews',
  kind: 'SubjectAccessReview',
  namespaced: false,
} as const;

/**
 * Tells what a caller may do, by asking the cluster's authorizer
 * (https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/subject-access-review-v1/).
 */
@Injectable()
export class Authorizer {
  private readonly answers: ExpiringCache<boolean>;

  constructor(
    private readonly client: KubernetesClient,
    @Inject(CONFIG) { authCacheMs }: Pick<Config, 'authCacheMs'>,
    @Inject(CLOCK) clock: Clock = systemClock,
  ) {
    const ttlMs = (allowed: boolean) => (allowed ? authCacheMs : Math.min(authCacheMs, longestRefusalMs));
    this.answers = new ExpiringCache({ max: maxAnswers, ttlMs, clock });
  }

  /**
   * Whether the caller may do this. Most may do it to all that have a name in the namespace, which is what a review without a
   * name asks, so that is asked first: one answer is then good for all names. Who may not is asked about the one.
   *
   * @throws KubernetesError when the cluster does not answer
   */
  async allows(caller: Caller, access: ResourceAccess): Promise<boolean> {
    const { name, ...toAny } = access;
    return (await this.answerTo(caller, toAny)) || (name !== undefined && this.answerTo(caller, access));
  }

  private answerTo(caller: Caller, access: ResourceAccess): Promise<boolean> {
    const key = hash('sha256', JSON.stringify([caller, access]), 'base64');
    return this.answers.get(key, () => this.review(caller, access));
  }

  private async review({ username, uid, groups, extra }: Caller, resourceAttributes: ResourceAccess): Promise<boolean> {
    const review = { spec: { user: username, uid, groups, extra, resourceAttributes } };
    const status = recordOf(await this.client.review(accessReviews, review, { timeoutMs: reviewTimeoutMs }));
    return status['allowed'] === true && status['denied'] !== true;
  }
}
