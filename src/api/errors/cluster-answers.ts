import { Injectable, Logger } from '@nestjs/common';
import { KubernetesClient } from '../../kubernetes/client.ts';
import { ForbiddenError, KubernetesError } from '../../kubernetes/errors.ts';
import { recordOf } from '../../kubernetes/json.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { ApiError } from './api-error.ts';
import { fromKubernetesError } from './kubernetes-errors.ts';
import type { CallSubject } from './kubernetes-errors.ts';

const selfReviews = {
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'selfsubjectaccessreviews',
  kind: 'SelfSubjectAccessReview',
  namespaced: false,
} as const;

/** Longest time that the API server has to say what this service may do, in milliseconds. */
const timeoutMs = 5_000;

/** How long a caller waits when this service lacks a right: it may be that the API server has just started. */
const retryAfterMs = 1_000;

/** What this service wanted to do when the API server refused it. */
export interface OwnAttempt {
  readonly verb: 'get' | 'create' | 'patch' | 'delete';
  readonly namespace: string;
}

/**
 * Tells callers what calls to the API server came to. A 403 has two causes that look alike: this service lacks a right
 * (also for a second after the start of an API server), which no caller can help; or admission control or a quota refuses
 * what the caller has sent. The API server is asked which it is.
 */
@Injectable()
export class ClusterAnswers {
  private readonly logger = new Logger('ExecutionApi');

  constructor(private readonly client: KubernetesClient) {}

  /**
   * What a call was answered with.
   *
   * @throws ApiError when it failed
   */
  async of<T>(call: Promise<T>, attempt: OwnAttempt, subject: CallSubject): Promise<T> {
    try {
      return await call;
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      if (error instanceof ForbiddenError) await this.assertAllowed(attempt, error);
      throw fromKubernetesError(error, subject);
    }
  }

  /** When what this service may do can not be found out, it counts as not enough. */
  private async assertAllowed({ verb, namespace }: OwnAttempt, refusal: ForbiddenError): Promise<void> {
    // What is only read passes no admission control.
    if (verb !== 'get' && (await this.isAllowed({ verb, namespace }))) return;
    this.logger.error({ msg: 'the API server refuses this service', verb, namespace, err: refusal });
    const details = { retryAfterMs: refusal.retryAfterMs ?? retryAfterMs };
    throw new ApiError('Unavailable', 'the cluster refuses this service', details, { cause: refusal });
  }

  private async isAllowed(attempt: OwnAttempt): Promise<boolean> {
    const { group, plural: resource } = workflowExecutionResource;
    const review = { spec: { resourceAttributes: { group, resource, ...attempt } } };
    try {
      return recordOf(await this.client.review(selfReviews, review, { timeoutMs }))['allowed'] === true;
    } catch (error) {
      if (error instanceof KubernetesError) return false;
      throw error;
    }
  }
}
