import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.ts';
import { Discovery, DiscoveryNotDueError, type DiscoverySnapshot } from '../kubernetes/discovery.ts';
import { CancelledError, KubernetesError, UnavailableError } from '../kubernetes/errors.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import {
  indexKinds,
  resolveTarget,
  type KindIndex,
  type ResolvedTarget,
  type ServedKind,
} from '../workflow-execution/resolve-target.ts';
import { canonicalTarget, parseTargetResource, type WrittenTarget } from '../workflow-execution/target-resource.ts';

/** API discovery lacks groups now, so that a kind which it does not know may exist all the same. */
export class IncompleteDiscoveryError extends UnavailableError {}

/** What a target that somebody has written came to; the message says what is allowed. */
export type TargetResolution =
  { readonly kind: 'resolved'; readonly target: string } | { readonly kind: 'refused'; readonly message: string };

/** Finds the canonical identity of targets, by API discovery. */
@Injectable()
export class Targets {
  private indexed: { readonly kinds: readonly ServedKind[]; readonly index: KindIndex } | undefined;

  constructor(
    @Inject(Discovery) private readonly discovery: Pick<Discovery, 'snapshot' | 'latest' | 'since'>,
    @Inject(CONFIG) private readonly config: Pick<Config, 'allowUnknownKinds'>,
  ) {}

  /**
   * Resolves what was written as a target. The API server is asked only for a kind that the cached discovery does not
   * explain.
   *
   * @param notBefore a target is refused only by what was served at that time or later
   * @throws KubernetesError when it cannot be decided now: try again, after `retryAfterMs` when it is given
   */
  async resolve(text: string, notBefore: Date, signal: AbortSignal): Promise<TargetResolution> {
    const written = parseTargetResource(text);
    if (written === undefined) return { kind: 'refused', message: 'must be namespace/kind/name or kind/name' };
    let snapshot = await this.discovery.latest(signal);
    let resolved = resolveTarget(written, this.indexOf(snapshot));
    if (resolved.kind !== 'found' && snapshot.askedAt < notBefore) {
      snapshot = await this.discovery.since(notBefore, signal);
      resolved = resolveTarget(written, this.indexOf(snapshot));
    } else if (missingGroups(snapshot, written, resolved).length > 0) {
      snapshot = await this.newer(snapshot, signal);
      resolved = resolveTarget(written, this.indexOf(snapshot));
    }
    assertComplete(snapshot, written, resolved);
    if (resolved.kind === 'found') return { kind: 'resolved', target: resolved.target };
    if (resolved.kind === 'unknown' && this.config.allowUnknownKinds) {
      return { kind: 'resolved', target: canonicalTarget(written, written.kind) };
    }
    return { kind: 'refused', message: resolved.message };
  }

  /** The canonical target of an execution, without a call: as recorded, else as {@link canonical} has it. */
  targetOf({ spec, status }: Pick<WorkflowExecution, 'spec' | 'status'>): string | undefined {
    return status?.target ?? this.canonical(spec.targetResource);
  }

  /**
   * What a text means as a target, without a call: as far as the cached discovery knows, else as written, in lower case.
   * Undefined when it is no target at all.
   */
  canonical(text: string): string | undefined {
    const written = parseTargetResource(text);
    if (written === undefined) return undefined;
    const { snapshot } = this.discovery;
    if (snapshot === undefined) return canonicalTarget(written, written.kind);
    const resolved = resolveTarget(written, this.indexOf(snapshot));
    return resolved.kind === 'found' ? resolved.target : canonicalTarget(written, written.kind);
  }

  /**
   * Waits until {@link canonical} knows the kinds of the cluster, if they can be read now; never rejects but with
   * CancelledError.
   */
  async loaded(signal: AbortSignal): Promise<void> {
    try {
      await this.discovery.latest(signal);
    } catch (error) {
      if (!(error instanceof KubernetesError) || error instanceof CancelledError) throw error;
    }
  }

  /** A group that could not be reached may be back. The same snapshot when it is too soon to ask. */
  private async newer(snapshot: DiscoverySnapshot, signal: AbortSignal): Promise<DiscoverySnapshot> {
    try {
      return await this.discovery.since(new Date(snapshot.askedAt.getTime() + 1), signal);
    } catch (error) {
      if (error instanceof DiscoveryNotDueError) return snapshot;
      throw error;
    }
  }

  private indexOf({ kinds }: DiscoverySnapshot): KindIndex {
    if (this.indexed?.kinds !== kinds) this.indexed = { kinds, index: indexKinds(kinds) };
    return this.indexed.index;
  }
}

/** @throws IncompleteDiscoveryError when a group that cannot be reached may decide what was written */
function assertComplete(snapshot: DiscoverySnapshot, written: WrittenTarget, resolved: ResolvedTarget): void {
  const missing = missingGroups(snapshot, written, resolved);
  if (missing.length === 0) return;
  const what = resolved.kind === 'found' ? `${written.kind} may be a kind of another group` : resolved.message;
  throw new IncompleteDiscoveryError(
    `${what}; but API discovery is incomplete now: ${missing.join(', ')} cannot be reached`,
  );
}

/**
 * The groups whose server does not answer and that may have a kind which takes precedence over what was found: a full name
 * does over a short one, and a group over those after it.
 */
function missingGroups(
  { groups, staleGroups }: DiscoverySnapshot,
  written: WrittenTarget,
  resolved: ResolvedTarget,
): readonly string[] {
  const mayHaveKind = staleGroups.filter((one) => written.group === undefined || written.group === one);
  if (resolved.kind !== 'found' || resolved.isShortName) return mayHaveKind;
  return mayHaveKind.filter((one) => groups.indexOf(one) < groups.indexOf(resolved.group));
}
