import { canonicalKind } from './kinds.ts';

/** A target: the Kubernetes resource that a workflow remediates. */
export interface TargetResource {
  /** Absent for a cluster-scoped resource. */
  readonly namespace?: string;
  /** Singular and in lower case, such as `deployment`. */
  readonly kind: string;
  readonly name: string;
}

/**
 * Reads `namespace/kind/name`, or `kind/name` of a cluster-scoped resource (BR-WE-011). The kind may be given by any of
 * the names that kubectl knows it by: `deploy`, `deployments` and `deployment` are one kind.
 *
 * @returns undefined when the text is neither; the CRD refuses such a text, so only an object older than the rule has one
 */
export function parseTargetResource(text: string): TargetResource | undefined {
  const parts = text.split('/');
  if (parts.includes('')) return undefined;
  const [first, second, third, ...rest] = parts;
  if (first === undefined || second === undefined || rest.length > 0) return undefined;
  return third === undefined
    ? { kind: canonicalKind(first), name: second }
    : { namespace: first, kind: canonicalKind(second), name: third };
}

/** The one written form of a target: whatever names the same target gives the same text. */
export function formatTargetResource({ namespace, kind, name }: TargetResource): string {
  return namespace === undefined ? `${kind}/${name}` : `${namespace}/${kind}/${name}`;
}
