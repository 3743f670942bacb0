import { describe, expect, it } from '@jest/globals';
import type { DiscoveredKind } from '../kubernetes/discovery.ts';
import { parseTargetResource } from '../workflow-execution/target-resource.ts';
import { indexKinds, resolveTarget } from './resolve-target.ts';

const aKind = (kind: string, over: Partial<DiscoveredKind> = {}): DiscoveredKind => ({
  ...{ group: '', kind, singular: kind.toLowerCase(), plural: `${kind.toLowerCase()}s` },
  ...{ shortNames: [], namespaced: true, ...over },
});

const kinds = [
  aKind('Event', { shortNames: ['ev'] }),
  aKind('Node', { shortNames: ['no'], namespaced: false }),
  aKind('Pod', { shortNames: ['po'] }),
  aKind('Deployment', { group: 'apps', shortNames: ['deploy'] }),
  aKind('Event', { group: 'events.k8s.io', shortNames: ['ev'] }),
  aKind('Ingress', { group: 'networking.k8s.io', plural: 'ingresses', shortNames: ['ing'] }),
  aKind('PodMetrics', { group: 'metrics.k8s.io', plural: 'pods', singular: '' }),
  aKind('Rollout', { group: 'argoproj.io', shortNames: ['ro'] }),
  aKind('Robot', { group: 'z.example.org', shortNames: ['ro', 'node'] }),
  aKind('Cluster', { group: 'a.example.org', namespaced: false }),
  aKind('Cluster', { group: 'b.example.org' }),
];

const index = indexKinds(kinds);

function resolve(text: string) {
  const written = parseTargetResource(text);
  if (written === undefined) throw new Error(`${text} is no target`);
  const resolved = resolveTarget(written, index);
  return resolved.kind === 'found' ? { kind: resolved.kind, target: resolved.target } : resolved;
}

describe('the kind of a target', () => {
  it.each([
    ['payment/deployment/api', 'payment/Deployment/api', 'payment/deployments/api', 'payment/DEPLOY/api'],
    ['payment/deployment/api', 'payment/deployments.apps/api', 'payment/Deployment.apps/api'],
    ['payment/ingress/web', 'payment/ingresses/web', 'payment/ing/web'],
    ['payment/rollout/r', 'payment/rollouts/r', 'payment/ro/r', 'payment/ro.argoproj.io/r'],
    ['node/w1', 'nodes/w1', 'no/w1', 'Node/w1'],
  ])('is %s under all its names', (canonical, ...others) => {
    for (const text of [canonical, ...others]) expect(resolve(text)).toEqual({ kind: 'found', target: canonical });
  });

  it.each([
    ['core comes before other groups', 'payment/pods/p', 'payment/pod/p'],
    ['a group that is named wins', 'payment/pods.metrics.k8s.io/p', 'payment/podmetrics/p'],
    ['short names go by the order of groups', 'payment/ro/r', 'payment/rollout/r'],
    ['a group that is named wins for short names, too', 'payment/ro.z.example.org/r', 'payment/robot/r'],
    ['kinds of the same name share an identity', 'payment/events.events.k8s.io/e', 'payment/event/e'],
    ['the scope distinguishes kinds of the same name', 'cluster/c', 'cluster/c'],
    ['the scope distinguishes kinds of the same name', 'payment/cluster/c', 'payment/cluster/c'],
  ])('%s: %s', (_, text, target) => {
    expect(resolve(text)).toEqual({ kind: 'found', target });
  });

  it.each([
    ['payment/deploy/api', 'apps', true],
    ['payment/deployment/api', 'apps', false],
    ['node/w1', '', false],
  ])('is found with its group and whether its name is short: %s', (text, group, isShortName) => {
    const written = parseTargetResource(text) ?? { kind: 'none', name: text };
    expect(resolveTarget(written, index)).toMatchObject({ kind: 'found', group, isShortName });
  });

  it.each([
    ['payment/node/w1', 'node is cluster-scoped: write node/w1'],
    ['payment/no/w1', 'node is cluster-scoped: write node/w1'],
    ['deploy/api', 'deployment is namespaced: write NAMESPACE/deployment/api'],
    ['payment/cluster.a.example.org/c', 'cluster is cluster-scoped: write cluster/c'],
  ])('is rejected with the allowed scope: %s', (text, message) => {
    expect(resolve(text)).toEqual({ kind: 'wrong-scope', message });
  });

  it.each([
    ['payment/deploymint/api', 'the cluster does not serve a kind deploymint;'],
    ['payment/deployment.example.org/api', 'the cluster does not serve a kind deployment.example.org;'],
  ])('is unknown: %s', (text, message) => {
    expect(resolve(text)).toEqual({ kind: 'unknown', message: expect.stringContaining(message) });
  });

  it.each(kinds.flatMap((one) => [one.kind, one.plural, ...one.shortNames]))(
    'is canonical once %s is resolved',
    (name) => {
      const found = [`payment/${name}/x`, `${name}/x`].map(resolve).filter(({ kind }) => kind === 'found');

      expect(found).not.toEqual([]);
      expect(found.map((one) => resolve('target' in one ? one.target : ''))).toEqual(found);
    },
  );
});
