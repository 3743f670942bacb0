import { describe, expect, it } from '@jest/globals';
import { FakeApiServer } from '../kubernetes/fake-api-server.builders.ts';
import { leaseResource } from '../kubernetes/lease.ts';
import type { TargetEvidence } from './lock-holders.ts';
import type { Cooldown } from './lock-record.ts';
import {
  aClaim,
  aCooldown,
  anId,
  aReplica,
  interrupting,
  key,
  leaseOf,
  minutes,
  now,
  signal,
  target,
  touching,
} from './replica.builders.ts';
import { LockContendedError } from './target-locks.ts';

function evidence(over: { cooldowns?: TargetEvidence['cooldowns']; occupant?: string } = {}): TargetEvidence {
  const { cooldowns = [], occupant } = over;
  return { cooldowns, occupant: () => Promise.resolve(occupant === undefined ? undefined : anId(occupant)) };
}

const manyCooldowns = Array.from({ length: 200 }, (_, i) => aCooldown(`other-${i}`, now, 'scale-up'));

function cooldownsOf(...cooldowns: readonly Cooldown[]) {
  return { 'kubernaut.ai/cooldowns': JSON.stringify(cooldowns) };
}

describe('acquiring a target whose lock was lost', () => {
  it('is refused while another execution has started there, and writes nothing', async () => {
    const { server, locks, contention } = aReplica();
    const acquired = locks.acquire(target, aClaim('second'), now, signal, evidence({ occupant: 'first' }));
    await expect(acquired).resolves.toEqual({ kind: 'busy', holder: anId('first') });
    expect(server.verbs).toEqual([]);
    expect(contention.slice(2)).toEqual(['held']);
  });

  it('is refused during the cooldown of an existing execution', async () => {
    const { server, locks } = aReplica();
    const cooldowns = [aCooldown('first', new Date(now.getTime() - minutes))];
    const acquired = locks.acquire(target, aClaim('second'), now, signal, evidence({ cooldowns }));
    await expect(acquired).resolves.toEqual({ kind: 'cooling-down', earlier: anId('first'), remainingMs: 4 * minutes });
    expect(server.verbs).toEqual(['get']);
  });

  it('restores the cooldowns of others', async () => {
    const { server, locks } = aReplica();
    const cooldowns = [aCooldown('first', now, 'scale-up')];
    await locks.acquire(target, aClaim('second'), now, signal, evidence({ cooldowns }));
    const annotations = leaseOf(server, target)?.metadata.annotations ?? {};
    expect(annotations['kubernaut.ai/cooldowns']).toBe(JSON.stringify(cooldowns));
  });

  it.each([
    ['names the claimant', { spec: { holderIdentity: 'payment/second/uid-second' } }],
    ['has an earlier end', { metadata: { annotations: cooldownsOf(aCooldown('first', new Date(0))) } }],
    ['is full of others', { metadata: { annotations: cooldownsOf(...manyCooldowns) } }],
  ])('is refused while the workflow cools down, also by a Lease that %s', async (_, written) => {
    const { server, locks, sync } = aReplica();
    await locks.acquire(target, aClaim('other'), now, signal);
    await server.client().patch(leaseResource, key, { spec: { holderIdentity: null }, ...written });
    sync();
    const cooldowns = [aCooldown('first', new Date(now.getTime() - minutes))];
    const acquired = locks.acquire(target, aClaim('second'), now, signal, evidence({ cooldowns }));
    await expect(acquired).resolves.toEqual({ kind: 'cooling-down', earlier: anId('first'), remainingMs: 4 * minutes });
  });

  it('is refused while another execution has started there, also by a Lease that names the claimant', async () => {
    const { locks } = aReplica();
    await locks.acquire(target, aClaim('second'), now, signal);
    const acquired = locks.acquire(target, aClaim('second'), now, signal, evidence({ occupant: 'first' }));
    await expect(acquired).resolves.toEqual({ kind: 'busy', holder: anId('first') });
  });

  it('is granted when no execution has started on the target', async () => {
    const { locks } = aReplica();
    await expect(locks.acquire(target, aClaim('second'), now, signal, evidence())).resolves.toEqual({
      kind: 'acquired',
    });
  });
});

describe('restoring a lock', () => {
  it('sends nothing while the cached Lease has the holder', async () => {
    const { server, locks } = aReplica();
    await locks.acquire(target, aClaim('first'), now, signal);
    await locks.restore(target, anId('first'), now, signal);
    expect(server.verbs).toEqual(['create']);
  });

  it('creates a Lease that was deleted', async () => {
    const { server, locks, sync } = aReplica();
    await locks.acquire(target, aClaim('first'), now, signal);
    server.remove(leaseResource, key);
    sync();
    await locks.restore(target, anId('first'), now, signal);
    expect(leaseOf(server, target)?.spec.holderIdentity).toBe('payment/first/uid-first');
  });

  it.each([
    ['nobody', null],
    ['an execution that has ended', 'payment/over/uid-over'],
  ])('takes a Lease that names %s', async (_, holderIdentity) => {
    const { server, holders, locks, sync } = aReplica();
    holders.liveStates.set('over', { kind: 'ended' });
    await locks.acquire(target, aClaim('first'), now, signal);
    await server.client().patch(leaseResource, key, { spec: { holderIdentity } });
    sync();
    await locks.restore(target, anId('first'), now, signal);
    expect(leaseOf(server, target)?.spec.holderIdentity).toBe('payment/first/uid-first');
  });

  it('keeps a Lease that is held by another live execution', async () => {
    const { server, locks } = aReplica();
    await locks.acquire(target, aClaim('second'), now, signal);
    await locks.restore(target, anId('first'), now, signal);
    expect(leaseOf(server, target)?.spec.holderIdentity).toBe('payment/second/uid-second');
  });

  it('keeps a Lease that another execution has just acquired', async () => {
    const other = aReplica();
    const network = interrupting('create', () => other.locks.acquire(target, aClaim('second'), now, signal));
    const { locks } = aReplica({ server: other.server, network });
    await locks.restore(target, anId('first'), now, signal);
    expect(leaseOf(other.server, target)?.spec.holderIdentity).toBe('payment/second/uid-second');
  });
});

it('restoring a lock fails when the Lease changes during all five attempts', async () => {
  const server = new FakeApiServer();
  const touch = touching(server, target);
  await aReplica({ server }).locks.release(target, anId('other'), aCooldown('other', now), now, signal);
  const disturbed = aReplica({ server, network: interrupting('patch', touch, Infinity) });
  const attempt = disturbed.locks.restore(target, anId('first'), now, signal);
  await expect(attempt).rejects.toThrow(LockContendedError);
  await expect(attempt).rejects.toThrow(target);
  expect(server.verbs.filter((verb) => verb === 'get')).toHaveLength(5);
  const patient = aReplica({ server, network: interrupting('patch', touch, 4) });
  await patient.locks.restore(target, anId('first'), now, signal);
  expect(leaseOf(server, target)?.spec.holderIdentity).toBe('payment/first/uid-first');
});
