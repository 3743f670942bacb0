/** Singular of each target kind in the chaos run, by the names that kubectl accepts. */
const kinds: Readonly<Record<string, string>> = {
  deployment: 'deployment',
  deployments: 'deployment',
  deploy: 'deployment',
  node: 'node',
  nodes: 'node',
  no: 'node',
};

/**
 * The canonical form of a target: `namespace/kind/name` or `kind/name`, kind singular and lower-case. Uses a table of its own
 * instead of API discovery, to share no fault with the service.
 */
export function canonicalTarget(written: string): string {
  const parts = written.split('/');
  const kind = parts.at(-2) ?? '';
  return parts.with(-2, kinds[kind.toLowerCase()] ?? kind).join('/');
}
