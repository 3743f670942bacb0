import type { DiscoveredKind } from '../kubernetes/discovery.ts';
import { canonicalTarget, type ParsedTarget } from '../workflow-execution/target-resource.ts';

/** Kinds by lower-case name, each list in the order of the API server. */
export interface KindIndex {
  /** By kind, plural and singular. */
  readonly byFullName: ReadonlyMap<string, readonly DiscoveredKind[]>;
  readonly byShortName: ReadonlyMap<string, readonly DiscoveredKind[]>;
}

/** @param kinds in the order of the API server: core first, then by priority of the groups */
export function indexKinds(kinds: readonly DiscoveredKind[]): KindIndex {
  return {
    byFullName: indexBy(kinds, ({ kind, plural, singular }) => [kind, plural, singular]),
    byShortName: indexBy(kinds, ({ shortNames }) => shortNames),
  };
}

/** The resolution of a target; messages say what is allowed. */
export type ResolvedTarget =
  | { readonly kind: 'found'; readonly target: string; readonly group: string; readonly isShortName: boolean }
  | { readonly kind: 'wrong-scope'; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string };

/**
 * Resolves a target as kubectl does: by kind, plural, singular or short name in any case. Full names take precedence over short
 * ones, and groups over later ones. The first kind with the written scope is chosen.
 */
export function resolveTarget(written: ParsedTarget, { byFullName, byShortName }: KindIndex): ResolvedTarget {
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

function inGroup(kinds: readonly DiscoveredKind[] = [], { group }: ParsedTarget): readonly DiscoveredKind[] {
  return group === undefined ? kinds : kinds.filter((served) => served.group === group);
}

function indexBy(
  kinds: readonly DiscoveredKind[],
  namesOf: (kind: DiscoveredKind) => readonly string[],
): ReadonlyMap<string, readonly DiscoveredKind[]> {
  const index = new Map<string, DiscoveredKind[]>();
  for (const kind of kinds) {
    for (const name of new Set(namesOf(kind).map((one) => one.toLowerCase()))) {
      const known = index.get(name);
      if (known === undefined) index.set(name, [kind]);
      else known.push(kind);
    }
  }
  return index;
}

function unknownKind({ kind, group }: ParsedTarget): string {
  const qualified = group === undefined ? kind : `${kind}.${group}`;
  return `the cluster does not serve a kind ${qualified}; \`kubectl api-resources\` lists the kinds`;
}

function wrongScope({ name }: ParsedTarget, { kind, namespaced }: DiscoveredKind): string {
  const canonical = `${kind.toLowerCase()}/${name}`;
  return namespaced
    ? `${kind.toLowerCase()} is namespaced: write NAMESPACE/${canonical}`
    : `${kind.toLowerCase()} is cluster-scoped: write ${canonical}`;
}
