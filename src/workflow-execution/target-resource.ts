import type { WorkflowExecution } from './generated/workflow-execution.ts';

/** Characters of the longest target that the CRD accepts. */
export const maxTargetLength = 635;

/** A target resource as somebody has written it. */
export interface WrittenTarget {
  /** Absent when it was written as cluster-scoped. */
  readonly namespace?: string;
  /** Any name of the kind that kubectl accepts, in lower case: `deployment`, `deployments`, `deploy`. */
  readonly kind: string;
  /** API group, when the kind was qualified: `deployments.apps`. */
  readonly group?: string;
  readonly name: string;
}

/**
 * Reads `namespace/kind/name`, or `kind/name` of a cluster-scoped resource (BR-WE-011). The kind may be qualified by its
 * API group, `namespace/kind.group/name`. Case matters in names only.
 *
 * @returns undefined when the text is neither; the CRD refuses such a text, so only an object older than the rule has one
 */
export function parseTargetResource(text: string): WrittenTarget | undefined {
  const [name, qualified, namespace, ...rest] = text.split('/').toReversed();
  if (!name || !qualified || namespace === '' || rest.length > 0) return undefined;
  const [kind, ...group] = qualified.toLowerCase().split('.');
  if (!kind || group.includes('')) return undefined;
  return {
    ...(namespace === undefined ? {} : { namespace }),
    kind,
    ...(group.length === 0 ? {} : { group: group.join('.') }),
    name,
  };
}

/**
 * The canonical identity of a target: `namespace/kind/name` or `kind/name`, the kind in lower case and without its group.
 * Two API groups that serve the same kind share it on purpose: locking too much is safe.
 *
 * @param kind singular, as the API server names it
 */
export function canonicalTarget({ namespace, name }: Pick<WrittenTarget, 'namespace' | 'name'>, kind: string): string {
  const rest = `${kind.toLowerCase()}/${name}`;
  return namespace === undefined ? rest : `${namespace}/${rest}`;
}

/**
 * The canonical target of an execution: what `status.target` records, and before that what was written, in lower case and
 * without a group. Undefined when what was written is no target at all.
 */
export function targetOf({ spec, status }: Pick<WorkflowExecution, 'spec' | 'status'>): string | undefined {
  if (status?.target !== undefined) return status.target;
  const written = parseTargetResource(spec.targetResource);
  return written && canonicalTarget(written, written.kind);
}

/**
 * The execution with its canonical target in the status, as the first write of the status will record it. A target that is
 * recorded stays, whatever the cluster says later.
 */
export function withTarget(execution: WorkflowExecution, target: string | undefined): WorkflowExecution {
  if (target === undefined || execution.status?.target !== undefined) return execution;
  return { ...execution, status: { ...execution.status, target } };
}
