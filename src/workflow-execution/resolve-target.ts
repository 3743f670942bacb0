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

/** Kinds by their names in lower case, each list in the order of the API server. */
export interface KindIndex {
  /** By kind, plural and singular. */
  readonly byFullName: ReadonlyMap<string, readonly ServedKind[]>;
  readonly byShortName: ReadonlyMap<string, readonly ServedKind[]>;
}

/** @param kinds in the order of the API server: core first, then by priority of the groups */
export function indexKinds(kinds: readonly ServedKind[]): KindIndex {
  return {
    byFullName: indexBy(kinds, ({ kind, plural, singular }) => [kind, plural, singular]),
    byShortName: indexBy(kinds, ({ shortNames }) => shortNames),
  };
}

/**
 * What a written target means to a cluster. One that is found comes with the API group of its kind and whether it was written
 * with a short name; the message of a wrong scope says what is allowed.
 */
export type ResolvedTarget =
  | { readonly kind: 'found'; readonly target: string; readonly group: string; readonly isShortName: boolean }
  | { readonly kind: 'wrong-scope'; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string };

/**
 * Resolves a written target as kubectl would: the name of a kind in any case, plural, singular, or short, where a full name
 * takes precedence over a short one, and groups over those that come after them. Of kinds with that name the first counts
 * that has the scope which was written.
 */
export function resolveTarget(written: WrittenTarget, { byFullName, byShortName }: KindIndex): ResolvedTarget {
  const full = inGroup(byFullName.get(written.kind), written);
  const named = full.length > 0 ? full : inGroup(byShortName.get(written.kind), written);
  const [first] = named;
  if (first === undefined) return { kind: 'unknown', message: unknownKind(written) };
  const found = named.find(({ namespaced }) => namespaced === (written.namespace !== undefined));
  return found === undefined
    ? { kind: 'wrong-scope', message: wrongScope(written, first) }
    : {
        kind: 'found',
        target: canonicalTarget(written, found.kind),
        group: found.group,
        isShortName: full.length === 0,
      };
}

function inGroup(kinds: readonly ServedKind[] = [], { group }: WrittenTarget): readonly ServedKind[] {
  return group === undefined ? kinds : kinds.filter((served) => served.group === group);
}

function indexBy(
  kinds: readonly ServedKind[],
  namesOf: (kind: ServedKind) => readonly string[],
): ReadonlyMap<string, readonly ServedKind[]> {
  const index = new Map<string, ServedKind[]>();
  for (const kind of kinds) {
    for (const name of new Set(namesOf(kind).map((one) => one.toLowerCase()))) {
      const known = index.get(name);
      if (known === undefined) index.set(name, [kind]);
      else known.push(kind);
    }
  }
  return index;
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
