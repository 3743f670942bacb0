import { Injectable } from '@nestjs/common';
import { Authorizer } from '../../auth/authorizer.ts';
import type { Caller } from '../../auth/caller.ts';
import type { ResourceAccess } from '../../auth/resource-access.ts';
import { KubernetesError } from '../../kubernetes/errors.ts';
import { ApiError } from '../errors/api-error.ts';
import { describeAccess } from './requested-access.ts';

/** How long a caller waits when the cluster could not be asked about it, in milliseconds. */
const retryAfterMs = 1_000;

/** Holds callers to the rights that the cluster gives them. */
@Injectable()
export class Rights {
  constructor(private readonly authorizer: Authorizer) {}

  /** @throws ApiError PermissionDenied naming the right that the caller lacks; Unavailable when the cluster does not answer */
  async assertAllowed(caller: Caller, access: ResourceAccess): Promise<void> {
    if (await answered(this.authorizer.allows(caller, access))) return;
    throw new ApiError('PermissionDenied', `${caller.username} may not ${describeAccess(access)}`);
  }
}

/** Whoever can not be asked about is not let through, and is not told that it may not either. */
export async function answered<T>(question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    const details = { retryAfterMs: error.retryAfterMs ?? retryAfterMs };
    throw new ApiError('Unavailable', 'the cluster can not say now who may do this', details, { cause: error });
  }
}
