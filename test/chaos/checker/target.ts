/** Singular of each kind of target that the chaos run writes, by the names that kubectl accepts for it. */
const kinds: Readonly<Record<string, string>> = {
  deployment: 'deployment',
  deployments: 'deployment',
  deploy: 'deployment',
  node: 'node',
  nodes: 'node',
  no: 'node',
};

/**
 * The one form of a target, however it is written: `namespace/kind/name` or `kind/name`, the kind singular and in lower
 * case. A table of the checker's own instead of API discovery, so that it cannot share a fault with the service.
 */
export function canonicalTarget(written: string): string {
  const parts = written.split('/');
  const kind = parts.at(-2) ?? '';
  return parts.with(-2, kinds[kind.toLowerCase()] ?? kind).join('/');
}
