import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.ts';
import { Discovery, type DiscoverySnapshot } from '../kubernetes/discovery.ts';
import { UnavailableError } from '../kubernetes/errors.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { resolveTarget } from '../workflow-execution/resolve-target.ts';
import { canonicalTarget, parseTargetResource } from '../workflow-execution/target-resource.ts';

/** What a target that somebody has written came to; the message says what is allowed. */
export type TargetResolution =
  { readonly kind: 'resolved'; readonly target: string } | { readonly kind: 'refused'; readonly message: string };

/** Finds the canonical identity of targets, by API discovery. */
@Injectable()
export class Targets {
  constructor(
    private readonly discovery: Discovery,
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
    let resolved = resolveTarget(written, snapshot.kinds);
    if (resolved.kind !== 'found' && snapshot.askedAt < notBefore) {
      snapshot = await this.discovery.since(notBefore, signal);
      resolved = resolveTarget(written, snapshot.kinds);
    }
    if (resolved.kind === 'found') return { kind: 'resolved', target: resolved.target };
    if (resolved.kind === 'unknown') {
      assertComplete(snapshot, written.group, resolved.message);
      if (this.config.allowUnknownKinds) return { kind: 'resolved', target: canonicalTarget(written, written.kind) };
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
    const resolved = resolveTarget(written, this.discovery.snapshot?.kinds ?? []);
    return resolved.kind === 'found' ? resolved.target : canonicalTarget(written, written.kind);
  }
}

/** A kind may be missing only because the server of its group does not answer: then nobody knows whether there is one. */
function assertComplete({ staleGroups }: DiscoverySnapshot, group: string | undefined, message: string): void {
  const missing = group === undefined ? staleGroups : staleGroups.filter((one) => one === group);
  if (missing.length === 0) return;
  throw new UnavailableError(
    `${message}; but API discovery is incomplete now, ${missing.join(', ')} cannot be reached`,
  );
}
