import { canonicalTarget, type WrittenTarget } from './target-resource.ts';

/** A kind of resource that the cluster serves, with every name that kubectl accepts for it. */
export interface ServedKind {
  /** API group; empty for the core group. */
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  /** Empty when the API server gives none. */
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
}

/** What a written target means to a cluster. The message of a wrong scope says what is allowed. */
export type ResolvedTarget =
  | { readonly kind: 'found'; readonly target: string }
  | { readonly kind: 'wrong-scope'; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string };

/**
 * Resolves a written target as kubectl would: the name of a kind in any case, plural, singular, or short, where a full name
 * takes precedence over a short one, and groups over those that come after them. Of kinds with that name the first counts
 * that has the scope which was written.
 *
 * @param kinds in the order of the API server: core first, then by priority of the groups
 */
export function resolveTarget(written: WrittenTarget, kinds: readonly ServedKind[]): ResolvedTarget {
  const inGroup = written.group === undefined ? kinds : kinds.filter(({ group }) => group === written.group);
  const full = inGroup.filter((served) => fullNames(served).includes(written.kind));
  const named = full.length > 0 ? full : inGroup.filter(({ shortNames }) => lower(shortNames).includes(written.kind));
  const [first] = named;
  if (first === undefined) return { kind: 'unknown', message: unknownKind(written) };
  const found = named.find(({ namespaced }) => namespaced === (written.namespace !== undefined));
  return found === undefined
    ? { kind: 'wrong-scope', message: wrongScope(written, first) }
    : { kind: 'found', target: canonicalTarget(written, found.kind) };
}

function fullNames({ kind, plural, singular }: ServedKind): readonly string[] {
  return lower([kind, plural, singular]);
}

function lower(names: readonly string[]): readonly string[] {
  return names.map((name) => name.toLowerCase());
}

function unknownKind({ kind, group }: WrittenTarget): string {
  const qualified = group === undefined ? kind : `${kind}.${group}`;
  return `the cluster knows no kind ${qualified}: write one that \`kubectl api-resources\` lists`;
}

function wrongScope({ name }: WrittenTarget, { kind, namespaced }: ServedKind): string {
  const canonical = `${kind.toLowerCase()}/${name}`;
  return namespaced
    ? `${kind.toLowerCase()} is namespaced: write NAMESPACE/${canonical}`
    : `${kind.toLowerCase()} is cluster-scoped: write ${canonical}`;
}
