import { describe, expect, it } from '@jest/globals';
import { DiscoveryNotDueError, type DiscoverySnapshot } from '../kubernetes/discovery.ts';
import { UnavailableError } from '../kubernetes/errors.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { Targets } from './targets.ts';

const { signal } = new AbortController();
const long = new Date('2026-01-01T00:00:00Z');
const later = new Date('2026-01-02T00:00:00Z');
const rollout = { group: 'argoproj.io', kind: 'Rollout', plural: 'rollouts', singular: 'rollout', namespaced: true };
const old: DiscoverySnapshot = { askedAt: long, kinds: [], groups: [], staleGroups: [] };
const groups = ['', 'a.example.org', 'argoproj.io', 'example.org'];
const pod = { group: '', kind: 'Pod', plural: 'pods', singular: 'pod', namespaced: true, shortNames: ['po'] };
const kinds = [pod, { ...rollout, shortNames: ['ro'] }];
const fresh: DiscoverySnapshot = { askedAt: later, kinds, groups, staleGroups: [] };

const notDue = new DiscoveryNotDueError('it is read again in 1 s', { retryAfterMs: 1_000 });

/** Targets of a cluster whose discovery was read once, with the result of the next read. */
function targetsOver(cached: DiscoverySnapshot, read?: () => DiscoverySnapshot, allowUnknownKinds = false) {
  const discovery = {
    snapshot: cached,
    latest: () => Promise.resolve(cached),
    since: () => (read === undefined ? Promise.reject(notDue) : Promise.resolve(read())),
  };
  return new Targets(discovery, { allowUnknownKinds });
}

describe('a target', () => {
  it('is resolved without a call when its kind is known', async () => {
    await expect(targetsOver(fresh).resolve('payment/ro/r', new Date(), signal)).resolves.toEqual({
      kind: 'resolved',
      target: 'payment/rollout/r',
    });
  });

  it.each([
    ['payment/ro/r', { kind: 'resolved', target: 'payment/rollout/r' }],
    ['rollout/r', { kind: 'refused', message: expect.stringContaining('rollout is namespaced') }],
  ])('is looked up in current discovery before it is rejected: %s', async (text, expected) => {
    await expect(targetsOver(old, () => fresh).resolve(text, later, signal)).resolves.toEqual(expected);
  });

  it.each([
    ['payment/robot/r', 'the cluster does not serve a kind robot'],
    ['rollout/r', 'rollout is namespaced: write NAMESPACE/rollout/r'],
    ['rollout', 'must be namespace/kind/name or kind/name'],
  ])('is rejected with the allowed targets: %s', async (text, message) => {
    await expect(targetsOver(fresh).resolve(text, long, signal)).resolves.toEqual({
      kind: 'refused',
      message: expect.stringContaining(message),
    });
  });

  it.each(['payment/robot/r', 'payment/robot.example.org/r'])(
    'is not refused while a group that may have its kind cannot be reached: %s',
    async (text) => {
      const targets = targetsOver({ ...fresh, staleGroups: ['example.org'] }, undefined, true);
      await expect(targets.resolve(text, long, signal)).rejects.toThrow(UnavailableError);
    },
  );

  it.each([
    ['a short name', 'payment/ro/r', 'example.org'],
    ['a short name of the core group', 'payment/po/p', 'example.org'],
    ['a name of a later group', 'payment/rollout/r', 'a.example.org'],
    ['a name of another scope', 'pod/p', 'example.org'],
  ])('is not decided by %s while an unavailable group may have the kind: %s', async (_, text, stale) => {
    const targets = targetsOver({ ...fresh, staleGroups: [stale] });
    await expect(targets.resolve(text, long, signal)).rejects.toThrow(`${stale} cannot be reached`);
  });

  it.each([
    ['payment/pods/p', 'a.example.org', 'payment/pod/p'],
    ['payment/rollout/r', 'example.org', 'payment/rollout/r'],
    ['payment/ro.argoproj.io/r', 'a.example.org', 'payment/rollout/r'],
  ])('is resolved although an unavailable group has no precedence: %s', async (text, stale, target) => {
    const targets = targetsOver({ ...fresh, staleGroups: [stale] });
    await expect(targets.resolve(text, long, signal)).resolves.toEqual({ kind: 'resolved', target });
  });

  it('is resolved as soon as the group can be reached again', async () => {
    const targets = targetsOver({ ...fresh, staleGroups: ['example.org'] }, () => fresh);
    const resolution = targets.resolve('payment/ro/r', long, signal);
    await expect(resolution).resolves.toEqual({ kind: 'resolved', target: 'payment/rollout/r' });
  });

  it('is rejected although another group cannot be reached', async () => {
    const targets = targetsOver({ ...fresh, staleGroups: ['metrics.k8s.io'] });
    const resolution = targets.resolve('payment/robot.example.org/r', long, signal);
    await expect(resolution).resolves.toMatchObject({ kind: 'refused' });
  });

  it.each([
    ['payment/Robots.example.org/R', 'payment/robots/R'],
    ['robot/r', 'robot/r'],
  ])('may have an unknown kind if that is allowed: %s', async (text, target) => {
    const resolution = targetsOver(fresh, undefined, true).resolve(text, long, signal);
    await expect(resolution).resolves.toEqual({ kind: 'resolved', target });
  });

  it('must have the scope of its kind, even if unknown kinds are allowed', async () => {
    const resolution = targetsOver(fresh, undefined, true).resolve('rollout/r', long, signal);
    await expect(resolution).resolves.toMatchObject({ kind: 'refused' });
  });
});

describe('the target of an execution', () => {
  const targets = targetsOver(fresh);

  it.each([
    [
      'as recorded',
      { spec: { targetResource: 'payment/ro/r' }, status: { target: 'payment/robot/r' } },
      'payment/robot/r',
    ],
    ['by what is known of its kind', { spec: { targetResource: 'payment/ro/r' } }, 'payment/rollout/r'],
    ['as written when nothing is', { spec: { targetResource: 'payment/Robots.example.org/r' } }, 'payment/robots/r'],
    ['undefined when it is invalid', { spec: { targetResource: 'payment' } }, undefined],
  ])('is resolved without a request: %s', (_, given, expected) => {
    expect(targets.targetOf(aWorkflowExecution(given))).toBe(expected);
  });
});
