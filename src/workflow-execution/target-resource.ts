/** A target: the Kubernetes resource that a workflow remediates. */
export interface TargetResource {
  /** Absent for a cluster-scoped resource. */
  readonly namespace?: string;
  /** In lower case, such as `deployment`. */
  readonly kind: string;
  readonly name: string;
}

/**
 * Reads `namespace/kind/name`, or `kind/name` of a cluster-scoped resource (BR-WE-011).
 *
 * @returns undefined when the text is neither; the CRD refuses such a text, so only an object older than the rule has one
 */
export function parseTargetResource(text: string): TargetResource | undefined {
  const parts = text.split('/');
  if (parts.includes('')) return undefined;
  const [first, second, third, ...rest] = parts;
  if (first === undefined || second === undefined || rest.length > 0) return undefined;
  return third === undefined ? { kind: first, name: second } : { namespace: first, kind: second, name: third };
}
