import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { KubernetesError } from '../../kubernetes/errors.ts';
import { IncompleteDiscoveryError, Targets, type TargetResolution } from '../../targets/targets.ts';
import type { WorkflowExecutionSpec } from '../../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { parseTargetResource } from '../../workflow-execution/target-resource.ts';
import { ApiError, invalidField } from '../errors/api-error.ts';
import type { ExecutionKey } from '../resource/names.ts';
import type { Call } from './call.ts';
import { toCallerError } from './kubernetes-errors.ts';
import { Permissions } from './permissions.ts';

/** Unknown kinds do not refresh API discovery that is younger than this, in milliseconds. */
const maxDiscoveryAgeMs = 10_000;

/** Retry time in milliseconds if API discovery is incomplete. */
const retryAfterMs = 10_000;

/**
 * Admits targets that exist, by kind and scope, and that the caller may remediate: the verb `remediate` on
 * workflowexecutions in the target's namespace, or cluster-wide for cluster-scoped targets; `override` there to override the
 * cooldown.
 */
@Injectable()
export class TargetAccess {
  constructor(
    private readonly targets: Targets,
    private readonly permissions: Permissions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @param spec as given by the caller; `override` is required to override the cooldown
   * @param execution the one to be created
   * @throws ApiError InvalidArgument naming what is allowed; PermissionDenied naming the missing permission; Unavailable
   *   if the cluster does not answer
   */
  async assertAllowed(
    {
      targetResource,
      overrideCooldownReason,
    }: Pick<WorkflowExecutionSpec, 'targetResource' | 'overrideCooldownReason'>,
    { caller, signal }: Call,
    execution: ExecutionKey,
  ): Promise<void> {
    const resolution = await this.resolveFor(execution, targetResource, signal);
    if (resolution.kind === 'refused') throw invalidField(['spec', 'targetResource'], resolution.message);
    if (caller === undefined) return;
    const { group, plural: resource } = workflowExecutionResource;
    const namespace = parseTargetResource(targetResource)?.namespace;
    await this.permissions.assertAllowed(caller, { group, resource, verb: 'remediate', namespace });
    if (overrideCooldownReason === undefined) return;
    await this.permissions.assertAllowed(caller, { group, resource, verb: 'override', namespace });
  }

  /**
   * Resolves a target that a caller names.
   *
   * @throws KubernetesError if this cannot be decided now
   */
  async resolve(targetResource: string, signal: AbortSignal): Promise<TargetResolution> {
    const notBefore = new Date(this.clock.now().getTime() - maxDiscoveryAgeMs);
    return this.targets.resolve(targetResource, notBefore, signal);
  }

  private async resolveFor(execution: ExecutionKey, targetResource: string, signal: AbortSignal) {
    try {
      return await this.resolve(targetResource, signal);
    } catch (error) {
      if (error instanceof IncompleteDiscoveryError) {
        throw new ApiError('Unavailable', error.message, { retryAfterMs }, { cause: error });
      }
      throw error instanceof KubernetesError ? toCallerError(error, 'create', execution) : error;
    }
  }
}
