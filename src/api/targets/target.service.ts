import { Inject, Injectable } from '@nestjs/common';
import type { ResourceAttributes } from '../../auth/authorizer.ts';
import { CONFIG, type Config } from '../../config/config.ts';
import { targetLimits } from '../../config/limits.ts';
import { PacedQueue } from '../../connections/paced-queue.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { CancelledError, KubernetesError } from '../../kubernetes/errors.ts';
import { InjectReflector } from '../../kubernetes/kubernetes.module.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import { Targets } from '../../targets/targets.ts';
import { isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { targetHoldOf } from '../../workflow-execution/target-holder.ts';
import { parseTargetResource } from '../../workflow-execution/target-resource.ts';
import type { Call } from '../call/call.ts';
import { Permissions } from '../call/permissions.ts';
import { TargetAccess } from '../call/target-access.ts';
import { invalidField } from '../errors/api-error.ts';
import {
  executionOf,
  targetIndex,
  targetIndexValue,
  type CachedExecution,
  type ExecutionSummary,
} from '../executions/cached-execution.ts';
import { firstOf } from '../executions/list-page.ts';
import { assertSynced } from '../executions/resource-version-barrier.ts';

/** What the caller of {@link TargetService} may know of a target. */
export interface TargetState {
  /** In canonical form. */
  readonly target: string;
  /** Whether an execution holds it; undefined if the caller may not know. */
  readonly held?: boolean;
  readonly holder?: TargetHolder;
  /** The last to end first. */
  readonly cooldowns: readonly TargetCooldown[];
  /** The newest executions, newest first. */
  readonly executions: readonly ExecutionSummary[];
}

/** An execution that holds its target. */
export interface TargetHolder {
  readonly execution: ExecutionSummary;
  /** RFC 3339; absent if it is not recorded. */
  readonly since?: string;
}

/** A time during which a workflow does not run again on a target. */
export interface TargetCooldown {
  readonly execution: ExecutionSummary;
  readonly end: Date;
}

/** Shows who holds a target and what ran on it, from the cache. */
@Injectable()
export class TargetService {
  /** Thousands of executions on one target take some milliseconds, as a page of a list does. */
  private readonly turns = new PacedQueue(1);

  constructor(
    @InjectReflector(workflowExecutionResource) private readonly reflector: Reflector<CachedExecution>,
    private readonly targets: Targets,
    private readonly access: TargetAccess,
    private readonly permissions: Permissions,
    @Inject(CONFIG) private readonly config: Pick<Config, 'cooldownMs'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @param targetResource a valid one, under any name of its kind
   * @param field of the request that has its kind
   * @throws ApiError InvalidArgument naming the field if the cluster has no such kind; Unavailable if this replica is not ready,
   *   or permissions cannot be checked
   */
  async get(targetResource: string, field: string, call: Pick<Call, 'caller' | 'signal'>): Promise<TargetState> {
    assertSynced(this.reflector);
    const target = await this.canonicalTarget(targetResource, field, call.signal);
    await this.turns.take();
    const all = this.executionsOn(target);
    const namespaces = await this.visibleNamespaces(all, call);
    await this.turns.take();
    const visible = namespaces === 'all' ? all : all.filter(({ metadata }) => namespaces.has(metadata.namespace));
    const [holder] = visible.flatMap(holderOf);
    return {
      target,
      holder,
      held: holder !== undefined || (namespaces === 'all' ? false : await this.isHeld(target, all, call)),
      cooldowns: this.cooldownsOf(visible),
      executions: firstOf(visible, targetLimits.executions),
    };
  }

  private async canonicalTarget(targetResource: string, field: string, signal: AbortSignal): Promise<string> {
    try {
      const resolution = await this.access.resolve(targetResource, signal);
      if (resolution.kind === 'refused') throw invalidField([field], resolution.message);
      return resolution.target;
    } catch (error) {
      if (!(error instanceof KubernetesError) || error instanceof CancelledError) throw error;
      // Without API discovery the kind cannot be checked, but the executions are known.
      return this.targets.canonical(targetResource) ?? targetResource;
    }
  }

  private executionsOn(target: string): readonly CachedExecution[] {
    const named = targetIndexValue(target).flatMap((value) => this.reflector.store.byIndex(targetIndex, value));
    return named.filter((execution) => this.targets.targetOf(execution) === target);
  }

  /** Where the caller may list executions; of very many namespaces, those with the newest executions are checked. */
  private async visibleNamespaces(
    all: readonly CachedExecution[],
    { caller }: Pick<Call, 'caller'>,
  ): Promise<'all' | ReadonlySet<string>> {
    if (caller === undefined || (await this.permissions.allows(caller, toList(undefined)))) return 'all';
    const namespaces = newestNamespaces(all).slice(0, targetLimits.namespaces);
    const checks = namespaces.map(async (namespace) => ({
      namespace,
      isAllowed: await this.permissions.allows(caller, toList(namespace)),
    }));
    const allowed = (await Promise.all(checks)).filter(({ isAllowed }) => isAllowed);
    return new Set(allowed.map(({ namespace }) => namespace));
  }

  /** Undefined if the caller may not know: it may neither list executions in the target's namespace nor remediate it. */
  private async isHeld(
    target: string,
    all: readonly CachedExecution[],
    { caller }: Pick<Call, 'caller'>,
  ): Promise<boolean | undefined> {
    const namespace = parseTargetResource(target)?.namespace;
    const mayKnow =
      caller === undefined ||
      (await this.permissions.allows(caller, toList(namespace))) ||
      (await this.permissions.allows(caller, { ...toList(namespace), verb: 'remediate' }));
    return mayKnow ? all.some((execution) => holderOf(execution).length > 0) : undefined;
  }

  private cooldownsOf(executions: readonly CachedExecution[]): readonly TargetCooldown[] {
    const now = this.clock.now().getTime();
    return executions
      .flatMap((execution) => {
        const end = (execution.cooldownFrom ?? NaN) + this.config.cooldownMs;
        return end > now ? [{ execution, end: new Date(end) }] : [];
      })
      .toSorted((a, b) => b.end.getTime() - a.end.getTime())
      .slice(0, targetLimits.cooldowns);
  }
}

function toList(namespace: string | undefined): ResourceAttributes {
  const { group, plural: resource } = workflowExecutionResource;
  return { group, resource, verb: 'list', namespace };
}

function holderOf(execution: CachedExecution): readonly TargetHolder[] {
  if (isTerminal(phaseOf(execution))) return [];
  const hold = targetHoldOf(executionOf(execution));
  return hold === undefined ? [] : [{ execution, ...hold }];
}

/** The namespaces of executions, those with the newest execution first. */
function newestNamespaces(executions: readonly CachedExecution[]): readonly string[] {
  const newest = new Map<string, string>();
  for (const { metadata } of executions) {
    const { namespace, creationTimestamp } = metadata;
    if ((newest.get(namespace) ?? '') < creationTimestamp) newest.set(namespace, creationTimestamp);
  }
  return [...newest].sort(([, a], [, b]) => (a < b ? 1 : -1)).map(([namespace]) => namespace);
}
