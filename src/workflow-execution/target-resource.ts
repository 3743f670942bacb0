import type { WorkflowExecution } from './generated/workflow-execution.ts';

/** Maximum length of a target in the CRD, in characters. */
export const maxTargetLength = 635;

/** A target resource as written in the spec. */
export interface ParsedTarget {
  /** Absent if it is written as cluster-scoped. */
  readonly namespace?: string;
  /** Any name of the kind that kubectl accepts, in lower case: `deployment`, `deployments`, `deploy`. */
  readonly kind: string;
  /** API group, if the kind is qualified: `deployments.apps`. */
  readonly group?: string;
  readonly name: string;
}

/**
 * Parses `namespace/kind/name`, or `kind/name` of a cluster-scoped resource (BR-WE-011). The kind may be qualified by its API
 * group, `namespace/kind.group/name`. Only names are case-sensitive.
 *
 * @returns undefined if the text is invalid, which is only possible in objects that are older than the rule of the CRD
 */
export function parseTargetResource(text: string): ParsedTarget | undefined {
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
 * The canonical identity of a target: `namespace/kind/name` or `kind/name`, the kind in lower case and without its group. Equal
 * kinds of two API groups share it: locking too much is safe.
 *
 * @param kind as the API server names it
 */
export function canonicalTarget({ namespace, name }: Pick<ParsedTarget, 'namespace' | 'name'>, kind: string): string {
  const rest = `${kind.toLowerCase()}/${name}`;
  return namespace === undefined ? rest : `${namespace}/${rest}`;
}

/**
 * The canonical target of an execution: `status.target`, or before it is recorded the target of the spec, in lower case and
 * without a group. Undefined if that is invalid.
 */
export function targetOf({ spec, status }: Pick<WorkflowExecution, 'spec' | 'status'>): string | undefined {
  if (status?.target !== undefined) return status.target;
  const written = parseTargetResource(spec.targetResource);
  return written && canonicalTarget(written, written.kind);
}

/** The execution with its canonical target in the status, unless a target has been recorded. */
export function withTarget(execution: WorkflowExecution, target: string): WorkflowExecution {
  if (execution.status?.target !== undefined) return execution;
  return { ...execution, status: { ...execution.status, target } };
}
