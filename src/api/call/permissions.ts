import { Injectable } from '@nestjs/common';
import { Authorizer } from '../../auth/authorizer.ts';
import type { ResourceAttributes } from '../../auth/authorizer.ts';
import type { Caller } from '../../auth/caller.ts';
import { KubernetesError } from '../../kubernetes/errors.ts';
import { ApiError } from '../errors/api-error.ts';

/** Retry time in milliseconds if the cluster does not answer a review. */
const retryAfterMs = 1_000;

/** Enforces the permissions that the cluster grants to callers. */
@Injectable()
export class Permissions {
  constructor(private readonly authorizer: Authorizer) {}

  /** @throws ApiError Unavailable if the cluster does not answer */
  allows(caller: Caller, attributes: ResourceAttributes): Promise<boolean> {
    return reviewed(this.authorizer.allows(caller, attributes));
  }

  /** @throws ApiError PermissionDenied naming the missing permission; Unavailable if the cluster does not answer */
  async assertAllowed(caller: Caller, attributes: ResourceAttributes): Promise<void> {
    if (await this.allows(caller, attributes)) return;
    throw new ApiError('PermissionDenied', `${caller.username} may not ${describeAccess(attributes)}`);
  }
}

/** The result of a review. @throws ApiError Unavailable if the cluster does not answer: the call is refused, for now */
export async function reviewed<T>(review: Promise<T>): Promise<T> {
  try {
    return await review;
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    const details = { retryAfterMs: error.retryAfterMs ?? retryAfterMs };
    throw new ApiError('Unavailable', 'permissions cannot be checked now', details, { cause: error });
  }
}

/** For example `create workflowexecutions in namespace payment`. */
export function describeAccess({ verb, resource, subresource, namespace }: ResourceAttributes): string {
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${verb} ${what} in ${namespace === undefined ? 'all namespaces' : `namespace ${namespace}`}`;
}
