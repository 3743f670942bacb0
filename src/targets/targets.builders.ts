import type { DiscoveredKind, Discovery, DiscoverySnapshot } from '../kubernetes/discovery.ts';
import { Targets } from './targets.ts';

/** Kinds of a cluster for tests, with short names. */
export const someKinds: readonly DiscoveredKind[] = [
  { group: '', kind: 'Node', plural: 'nodes', singular: 'node', shortNames: ['no'], namespaced: false },
  { group: 'apps', kind: 'Deployment', plural: 'deployments', singular: '', shortNames: ['deploy'], namespaced: true },
];

/** Targets of a cluster that serves these kinds and nothing else. */
export function targetsOf(kinds: readonly DiscoveredKind[] = someKinds): Targets {
  const snapshot: DiscoverySnapshot = {
    kinds,
    groups: kinds.map(({ group }) => group),
    staleGroups: [],
    askedAt: new Date(),
  };
  const latest = () => Promise.resolve(snapshot);
  const discovery: Pick<Discovery, 'snapshot' | 'latest' | 'since'> = { snapshot, latest, since: latest };
  return new Targets(discovery, { allowUnknownKinds: false });
}
