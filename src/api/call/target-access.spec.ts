import { describe, expect, it, jest } from '@jest/globals';
import { ForbiddenError, UnavailableError } from '../../kubernetes/errors.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { targetsOf } from '../../targets/targets.builders.ts';
import { IncompleteDiscoveryError, type Targets } from '../../targets/targets.ts';
import { Permissions } from './permissions.ts';
import { TargetAccess } from './target-access.ts';
import type { Authorizer, ResourceAttributes } from '../../auth/authorizer.ts';

const alice = { username: 'alice', groups: [], extra: {} };
const wfe = { group: 'workflowexecution.kubernaut.ai', resource: 'workflowexecutions' };
const call = {
  caller: alice,
  signal: new AbortController().signal,
  abort: () => undefined,
  recheck: () => Promise.resolve(),
};
const execution = { namespace: 'payment', name: 'we-1' };

/** Target access with an authorizer that allows the given namespaces, and its calls. */
function access({
  allowed = [],
  denied = '',
  targets = targetsOf(),
}: { allowed?: string[]; denied?: string; targets?: Pick<Targets, 'resolve'> } = {}) {
  const allows = jest.fn((_: unknown, { verb, namespace = 'everywhere' }: ResourceAttributes) =>
    Promise.resolve(verb !== denied && allowed.includes(namespace)),
  );
  const rights = new Permissions({ allows } as unknown as Authorizer);
  return { allows, access: new TargetAccess(targets as Targets, rights, new FakeClock()) };
}

describe('access to a target', () => {
  it.each([
    ['payment/deploy/api', 'payment', 'payment'],
    ['node/w1', undefined, 'everywhere'],
  ])('is granted with the permission in its namespace: %s', async (text, namespace, allowed) => {
    const { allows, access: to } = access({ allowed: [allowed] });
    await expect(to.assertAllowed({ targetResource: text }, call, execution)).resolves.toBeUndefined();
    expect(allows).toHaveBeenCalledWith(alice, { ...wfe, verb: 'remediate', namespace });
  });

  it.each([
    ['payment/deployment/api', 'alice may not remediate workflowexecutions in namespace payment'],
    ['node/w1', 'alice may not remediate workflowexecutions in all namespaces'],
  ])('is denied with the missing permission: %s', async (text, message) => {
    const { access: to } = access({ allowed: ['checkout'] });
    await expect(to.assertAllowed({ targetResource: text }, call, execution)).rejects.toMatchObject({
      code: 'PermissionDenied',
      message,
    });
  });

  it('to override its cooldown is granted with that permission, too', async () => {
    const override = { targetResource: 'payment/deploy/api', overrideCooldownReason: 'approved by the incident lead' };
    const { allows, access: to } = access({ allowed: ['payment'] });
    await expect(to.assertAllowed(override, call, execution)).resolves.toBeUndefined();
    expect(allows.mock.calls.map(([, { verb, namespace }]) => [verb, namespace])).toEqual([
      ['remediate', 'payment'],
      ['override', 'payment'],
    ]);

    const { access: without } = access({ allowed: ['payment'], denied: 'override' });
    const message = 'alice may not override workflowexecutions in namespace payment';
    await expect(without.assertAllowed(override, call, execution)).rejects.toMatchObject({ message });
  });

  it.each([
    ['payment/node/w1', 'spec.targetResource: node is cluster-scoped: write node/w1'],
    ['payment/widget/w', 'spec.targetResource: the cluster does not serve a kind widget'],
  ])('is denied to all callers if the target is invalid: %s', async (text, message) => {
    const { allows, access: to } = access();
    await expect(to.assertAllowed({ targetResource: text }, call, execution)).rejects.toMatchObject({
      code: 'InvalidArgument',
      message: expect.stringContaining(message),
    });
    expect(allows).not.toHaveBeenCalled();
  });

  it('is granted if callers are not authenticated', async () => {
    const { access: to } = access();
    await expect(
      to.assertAllowed({ targetResource: 'node/w1' }, { ...call, caller: undefined }, execution),
    ).resolves.toBeUndefined();
  });

  it.each([
    ['a group cannot be reached', new IncompleteDiscoveryError('not now: example.org'), 'not now: example.org'],
    ['the cluster cannot be reached', new UnavailableError('connect 10.0.0.1'), 'the cluster is unreachable'],
  ])('is Unavailable while %s', async (_, error, message) => {
    const { access: to } = access({ targets: { resolve: () => Promise.reject(error) } });
    await expect(to.assertAllowed({ targetResource: 'payment/widget/w' }, call, execution)).rejects.toMatchObject({
      code: 'Unavailable',
      message,
    });
  });

  it('is denied only by discovery that is at most ten seconds old', async () => {
    const resolve = jest.fn<Targets['resolve']>(() => Promise.resolve({ kind: 'resolved', target: 'x' }));
    const { access: to } = access({ allowed: ['payment'], targets: { resolve } });
    await to.assertAllowed({ targetResource: 'payment/deploy/api' }, call, execution);
    expect(resolve).toHaveBeenCalledWith('payment/deploy/api', new Date('2025-12-31T23:59:50Z'), call.signal);
  });

  it('is Unavailable if the review fails', async () => {
    const rights = new Permissions({ allows: () => Promise.reject(new ForbiddenError('no')) } as unknown as Authorizer);
    const to = new TargetAccess(targetsOf(), rights, new FakeClock());
    await expect(to.assertAllowed({ targetResource: 'node/w1' }, call, execution)).rejects.toMatchObject({
      code: 'Unavailable',
    });
  });
});
