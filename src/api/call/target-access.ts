import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { KubernetesError } from '../../kubernetes/errors.ts';
import { IncompleteDiscoveryError, Targets } from '../../targets/targets.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { parseTargetResource } from '../../workflow-execution/target-resource.ts';
import type { Call } from './call.ts';
import { ApiError, invalidField } from '../errors/api-error.ts';
import { fromKubernetesError } from '../errors/kubernetes-errors.ts';
import type { CallSubject } from '../errors/kubernetes-errors.ts';
import { Rights } from './rights.ts';

/**
 * Age in milliseconds that API discovery may have when it refuses a target: callers who ask for unknown kinds again and again
 * do not make it be read again each time.
 */
const maxDiscoveryAgeMs = 10_000;

/** How long a caller waits before it asks again about a target that cannot be resolved now, in milliseconds. */
const retryAfterMs = 10_000;

/**
 * Holds new executions to targets that exist, by kind and scope, and that their callers may remediate: the verb `remediate`
 * on workflowexecutions in the target's namespace, in all namespaces for a cluster-scoped target.
 */
@Injectable()
export class TargetAccess {
  constructor(
    private readonly targets: Targets,
    private readonly rights: Rights,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @param targetResource as the caller has written it
   * @throws ApiError InvalidArgument naming what is allowed; PermissionDenied naming the right that the caller lacks;
   *   Unavailable when the cluster cannot say now
   */
  async assertAllowed(targetResource: string, { caller, signal }: Call, subject: CallSubject): Promise<void> {
    const resolution = await this.resolve(targetResource, signal, subject);
    if (resolution.kind === 'refused') throw invalidField(['spec', 'targetResource'], resolution.message);
    if (caller === undefined) return;
    const { group, plural: resource } = workflowExecutionResource;
    const namespace = parseTargetResource(targetResource)?.namespace;
    await this.rights.assertAllowed(caller, { group, resource, verb: 'remediate', namespace });
  }

  private async resolve(targetResource: string, signal: AbortSignal, subject: CallSubject) {
    const notBefore = new Date(this.clock.now().getTime() - maxDiscoveryAgeMs);
    try {
      return await this.targets.resolve(targetResource, notBefore, signal);
    } catch (error) {
      if (error instanceof IncompleteDiscoveryError) {
        throw new ApiError('Unavailable', error.message, { retryAfterMs }, { cause: error });
      }
      throw error instanceof KubernetesError ? fromKubernetesError(error, subject) : error;
    }
  }
}
