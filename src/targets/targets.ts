import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.ts';
import {
  Discovery,
  DiscoveryNotDueError,
  type DiscoveredKind,
  type DiscoverySnapshot,
} from '../kubernetes/discovery.ts';
import { CancelledError, KubernetesError, UnavailableError } from '../kubernetes/errors.ts';
import type {
  WorkflowExecutionSpec,
  WorkflowExecutionStatus,
} from '../workflow-execution/generated/workflow-execution.ts';
import { canonicalTarget, parseTargetResource, type ParsedTarget } from '../workflow-execution/target-resource.ts';
import { indexKinds, resolveTarget, type KindIndex, type ResolvedTarget } from './resolve-target.ts';

/** API discovery lacks groups now, so a kind that it does not know may exist. */
export class IncompleteDiscoveryError extends UnavailableError {}

/** The fields of an execution that name its target. */
interface WithTarget {
  readonly spec: Pick<WorkflowExecutionSpec, 'targetResource'>;
  readonly status?: Pick<WorkflowExecutionStatus, 'target'>;
}

/** The result of resolving a target; the message says what is allowed. */
export type TargetResolution =
  { readonly kind: 'resolved'; readonly target: string } | { readonly kind: 'refused'; readonly message: string };

/** Finds the canonical identity of targets through API discovery. */
@Injectable()
export class Targets {
  private indexed: { readonly kinds: readonly DiscoveredKind[]; readonly index: KindIndex } | undefined;

  constructor(
    @Inject(Discovery) private readonly discovery: Pick<Discovery, 'snapshot' | 'latest' | 'since'>,
    @Inject(CONFIG) private readonly config: Pick<Config, 'allowUnknownKinds'>,
  ) {}

  /**
   * Resolves a target. The API server is asked only for a kind that the cached discovery does not have.
   *
   * @param notBefore a target is refused only by discovery of that time or later
   * @throws KubernetesError if this cannot be decided now: retry, after `retryAfterMs` if it is set
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

  /** The canonical target of an execution without a request: from its status, else by {@link canonical}. */
  targetOf({ spec, status }: WithTarget): string | undefined {
    return status?.target ?? this.canonical(spec.targetResource);
  }

  /**
   * The canonical form of a target without a request: by the cached discovery, else the text in lower case. Undefined if the
   * text is not a target.
   */
  canonical(text: string): string | undefined {
    const written = parseTargetResource(text);
    if (written === undefined) return undefined;
    const { snapshot } = this.discovery;
    if (snapshot === undefined) return canonicalTarget(written, written.kind);
    const resolved = resolveTarget(written, this.indexOf(snapshot));
    return resolved.kind === 'found' ? resolved.target : canonicalTarget(written, written.kind);
  }

  /** Loads the discovery for {@link canonical}, if it can be read now. Rejects only with CancelledError. */
  async loaded(signal: AbortSignal): Promise<void> {
    try {
      await this.discovery.latest(signal);
    } catch (error) {
      if (!(error instanceof KubernetesError) || error instanceof CancelledError) throw error;
    }
  }

  /** A newer snapshot, in case an unavailable group is back; the same snapshot if it is too soon to ask. */
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

/** @throws IncompleteDiscoveryError if a group that is unavailable may have the kind */
function assertComplete(snapshot: DiscoverySnapshot, written: ParsedTarget, resolved: ResolvedTarget): void {
  const missing = missingGroups(snapshot, written, resolved);
  if (missing.length === 0) return;
  const what = resolved.kind === 'found' ? `${written.kind} may be a kind of another group` : resolved.message;
  throw new IncompleteDiscoveryError(
    `${what}; but API discovery is incomplete now: ${missing.join(', ')} cannot be reached`,
  );
}

/**
 * The unavailable groups that may have a kind with precedence over the one that was found: full names precede short names, and
 * groups precede those after them.
 */
function missingGroups(
  { groups, staleGroups }: DiscoverySnapshot,
  written: ParsedTarget,
  resolved: ResolvedTarget,
): readonly string[] {
  const mayHaveKind = staleGroups.filter((one) => written.group === undefined || written.group === one);
  if (resolved.kind !== 'found' || resolved.isShortName) return mayHaveKind;
  return mayHaveKind.filter((one) => groups.indexOf(one) < groups.indexOf(resolved.group));
}
