import type { ServedKind } from '../workflow-execution/resolve-target.ts';
import { Targets } from './targets.ts';
import type { Discovery, DiscoverySnapshot } from '../kubernetes/discovery.ts';

/** Kinds of a cluster for tests, with short names. */
export const someKinds: readonly ServedKind[] = [
  { group: '', kind: 'Node', plural: 'nodes', singular: 'node', shortNames: ['no'], namespaced: false },
  { group: 'apps', kind: 'Deployment', plural: 'deployments', singular: '', shortNames: ['deploy'], namespaced: true },
];

/** Targets of a cluster that serves these kinds and nothing else. */
export function targetsOf(kinds: readonly ServedKind[] = someKinds): Targets {
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
