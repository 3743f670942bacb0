import { InvalidObjectError } from './errors.ts';
import { arrayOf, parseJson, recordOf, stringOf } from './json.ts';

/** A kind of resource that the API server serves. */
export interface DiscoveredKind {
  /** API group; empty for the core group. */
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  /** Empty when the API server gives none. */
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
}

/** One document of aggregated discovery. */
export interface DiscoveryDocument {
  /** In the order of the document: by priority of the groups, then of their versions; one for each group and plural. */
  readonly kinds: readonly DiscoveredKind[];
  /** Names of all groups, the stale ones too, in the order of the document. */
  readonly groups: readonly string[];
  /** Groups whose server could not be asked, so that some of their kinds may be missing. */
  readonly staleGroups: readonly string[];
}

/** Media type of aggregated discovery, GA since Kubernetes v1.30 (KEP-3352). */
export const aggregatedDiscovery = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/**
 * Parses an `APIGroupDiscoveryList` of apidiscovery.k8s.io/v2.
 *
 * @throws InvalidObjectError when the text is something else
 */
export function parseDiscovery(text: string): DiscoveryDocument {
  const { kind, items } = recordOf(parseJson(text));
  if (kind !== 'APIGroupDiscoveryList') {
    throw new InvalidObjectError('the API server does not serve aggregated discovery (Kubernetes v1.30 or newer does)');
  }
  const groups = arrayOf(items).map(parseGroup);
  return {
    kinds: groups.flatMap(({ kinds }) => kinds),
    groups: groups.map(({ name }) => name),
    staleGroups: groups.filter(({ stale }) => stale).map(({ name }) => name),
  };
}

function parseGroup(raw: unknown): { name: string; stale: boolean; kinds: readonly DiscoveredKind[] } {
  const { metadata, versions } = recordOf(raw);
  const name = stringOf(recordOf(metadata)['name']) ?? '';
  const listed = arrayOf(versions).map(recordOf);
  const all = listed.flatMap(({ resources }) => arrayOf(resources)).flatMap((resource) => parseKind(name, resource));
  const byPlural = new Map(all.toReversed().map((one) => [one.plural, one]));
  return {
    name,
    stale: listed.some(({ freshness }) => freshness === 'Stale'),
    kinds: all.filter((one) => byPlural.get(one.plural) === one),
  };
}

/** None for an entry that has subresources only. */
function parseKind(group: string, raw: unknown): readonly DiscoveredKind[] {
  const { resource, responseKind, scope, singularResource, shortNames } = recordOf(raw);
  const [plural, kind] = [stringOf(resource), stringOf(recordOf(responseKind)['kind'])];
  if (plural === undefined || kind === undefined || kind === '') return [];
  return [
    {
      group,
      kind,
      plural,
      singular: stringOf(singularResource) ?? '',
      shortNames: arrayOf(shortNames).flatMap((name) => stringOf(name) ?? []),
      namespaced: scope === 'Namespaced',
    },
  ];
}
