import { Inject, Injectable } from '@nestjs/common';
import type { ResourceAttributes } from '../../auth/authorizer.ts';
import { CONFIG, type Config } from '../../config/config.ts';
import { targetLimits } from '../../config/limits.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { CancelledError, KubernetesError } from '../../kubernetes/errors.ts';
import { InjectReflector } from '../../kubernetes/kubernetes.module.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import { Targets } from '../../targets/targets.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { parseTargetResource } from '../../workflow-execution/target-resource.ts';
import type { Call } from '../call/call.ts';
import { Permissions } from '../call/permissions.ts';
import { TargetAccess } from '../call/target-access.ts';
import { invalidField } from '../errors/api-error.ts';
import {
  targetIndex,
  targetIndexValue,
  type CachedExecution,
  type ExecutionSummary,
} from '../executions/cached-execution.ts';
import { PacedReads, type ReadingCall } from '../executions/paced-reads.ts';
import { assertSynced } from '../executions/resource-version-barrier.ts';
import { TargetExecutions, type TargetCooldown } from './target-executions.ts';

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

type ByNamespace = ReadonlyMap<string, TargetExecutions>;

/** Shows who holds a target and what ran on it, from the cache. */
@Injectable()
export class TargetService {
  constructor(
    @InjectReflector(workflowExecutionResource) private readonly reflector: Reflector<CachedExecution>,
    private readonly targets: Targets,
    private readonly access: TargetAccess,
    private readonly permissions: Permissions,
    private readonly reads: PacedReads,
    @Inject(CONFIG) private readonly config: Pick<Config, 'cooldownMs'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @param targetResource a valid one, under any name of its kind
   * @param field of the request that has its kind
   * @throws ApiError InvalidArgument naming the field if the cluster has no such kind; Unavailable if this replica is not ready,
   *   or permissions cannot be checked
   */
  async get(targetResource: string, field: string, call: ReadingCall): Promise<TargetState> {
    assertSynced(this.reflector);
    const target = await this.canonicalTarget(targetResource, field, call.signal);
    const now = this.clock.now();
    const found = await this.executionsOn(target, now, call);
    const namespaces = await this.visibleNamespaces(found, call);
    const visible = new TargetExecutions(this.config.cooldownMs, now);
    for (const [namespace, executions] of found) {
      if (namespaces === 'all' || namespaces.has(namespace)) visible.merge(executions);
    }
    const { holder, cooldowns, newest } = visible;
    return {
      target,
      holder,
      held: holder !== undefined || (namespaces === 'all' ? false : await this.isHeld(target, found, call)),
      cooldowns,
      executions: newest,
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

  /** The executions on a target by namespace. */
  private async executionsOn(target: string, now: Date, call: ReadingCall): Promise<ByNamespace> {
    const found = new Map<string, TargetExecutions>();
    const add = (execution: CachedExecution) => {
      if (this.targets.targetOf(execution) !== target) return;
      const { namespace } = execution.metadata;
      const executions = found.get(namespace) ?? new TargetExecutions(this.config.cooldownMs, now);
      found.set(namespace, executions);
      executions.add(execution);
    };
    for (const value of targetIndexValue(target)) {
      await this.reads.scan(this.reflector.store.valuesByIndex(targetIndex, value), add, call);
    }
    return found;
  }

  /** Where the caller may list executions; of very many namespaces, those with the newest executions are checked. */
  private async visibleNamespaces(
    found: ByNamespace,
    { caller }: Pick<Call, 'caller'>,
  ): Promise<'all' | ReadonlySet<string>> {
    if (caller === undefined || (await this.permissions.allows(caller, toList(undefined)))) return 'all';
    const namespaces = newestNamespaces(found).slice(0, targetLimits.namespaces);
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
    found: ByNamespace,
    { caller }: Pick<Call, 'caller'>,
  ): Promise<boolean | undefined> {
    const namespace = parseTargetResource(target)?.namespace;
    const mayKnow =
      caller === undefined ||
      (await this.permissions.allows(caller, toList(namespace))) ||
      (await this.permissions.allows(caller, { ...toList(namespace), verb: 'remediate' }));
    return mayKnow ? found.values().some(({ holder }) => holder !== undefined) : undefined;
  }
}

function toList(namespace: string | undefined): ResourceAttributes {
  const { group, plural: resource } = workflowExecutionResource;
  return { group, resource, verb: 'list', namespace };
}

/** Namespaces, those with the newest execution first. */
function newestNamespaces(found: ByNamespace): readonly string[] {
  const newest = [...found].map(([namespace, executions]) => ({ namespace, execution: executions.newest[0] }));
  const createdAt = ({ execution }: (typeof newest)[number]) => execution?.metadata.creationTimestamp ?? '';
  return newest.sort((a, b) => (createdAt(a) < createdAt(b) ? 1 : -1)).map(({ namespace }) => namespace);
}
