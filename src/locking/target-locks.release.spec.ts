import { describe, expect, it } from '@jest/globals';
import { CancelledError } from '../kubernetes/errors.ts';
import { FakeApiServer } from '../kubernetes/fake-api-server.builders.ts';
import { leaseResource } from '../kubernetes/lease.ts';
import {
  aClaim,
  aCooldown,
  anId,
  aReplica,
  interrupting,
  key,
  later,
  leaseOf,
  now,
  signal,
  target,
  touching,
  twoReplicas,
} from './replica.builders.ts';
import { LockContendedError } from './target-locks.ts';

describe('releasing a target', () => {
  it('removes the Lease without a cooldown', async () => {
    const { server, locks } = aReplica();
    await locks.acquire(target, aClaim('first'), now, signal);
    await locks.release(target, anId('first'), undefined, now, signal);
    expect(server.verbs).toEqual(['create', 'delete']);
    expect(leaseOf(server, target)).toBeUndefined();
  });

  it('writes the cooldown and removes the holder', async () => {
    const { server, locks, store } = aReplica();
    await locks.acquire(target, aClaim('first'), now, signal);
    await locks.release(target, anId('first'), aCooldown('first', now), now, signal);
    const lease = leaseOf(server, target);
    expect(lease?.spec).toEqual({});
    expect(lease?.metadata.annotations).toMatchObject({
      'kubernaut.ai/cooldowns': expect.stringContaining('uid-first'),
    });
    expect(store.get(key)).toEqual(lease);
  });

  it('does nothing for an execution without the lock and without a cooldown', async () => {
    const { server, locks } = aReplica();
    await locks.acquire(target, aClaim('first'), now, signal);
    await locks.release(target, anId('second'), undefined, now, signal);
    await locks.release('payment/deployment/ledger', anId('second'), undefined, now, signal);
    expect(server.verbs).toEqual(['create']);
  });

  it('keeps the cooldown of an execution whose Lease is gone', async () => {
    const { server, locks } = aReplica();
    await locks.release(target, anId('first'), aCooldown('first', now), now, signal);
    expect(leaseOf(server, target)?.spec).toEqual({});
    await expect(locks.acquire(target, aClaim('second'), now, signal)).resolves.toMatchObject({ kind: 'cooling-down' });
  });

  it.each([
    ['a cooldown to leave', aCooldown('first', now), 'patch'],
    ['nothing to leave', undefined, 'delete'],
  ])('with %s never takes the target from a new holder', async (_, cooldown, verb) => {
    const { server, holders, one, other } = twoReplicas();
    await one.locks.acquire(target, aClaim('first'), now, signal);
    other.sync();
    holders.cachedStates.set('first', { kind: 'ended' });
    await one.locks.acquire(target, aClaim('second'), now, signal);
    await other.locks.release(target, anId('first'), cooldown, now, signal);
    expect(leaseOf(server, target)?.spec.holderIdentity).toBe('payment/second/uid-second');
    expect(server.verbs.slice(2, 4)).toEqual([verb, 'get']);
  });

  it('succeeds when the Lease was just removed', async () => {
    const server = new FakeApiServer();
    const remove = () => server.client().delete(leaseResource, key);
    const { locks } = aReplica({ server, network: interrupting('delete', remove) });
    await locks.acquire(target, aClaim('first'), now, signal);
    await locks.release(target, anId('first'), undefined, now, signal);
    expect(server.verbs).toEqual(['create', 'delete', 'delete']);
  });

  it('fails when the Lease changes during all five attempts', async () => {
    const server = new FakeApiServer();
    const touch = touching(server, target);
    const disturbed = aReplica({ server, network: interrupting('delete', touch, Infinity) });
    await disturbed.locks.acquire(target, aClaim('first'), now, signal);
    const attempt = disturbed.locks.release(target, anId('first'), undefined, now, signal);
    await expect(attempt).rejects.toThrow(LockContendedError);
    await expect(attempt).rejects.toThrow(target);
    expect(server.verbs.filter((verb) => verb === 'delete')).toHaveLength(5);
    const patient = aReplica({ server, network: interrupting('delete', touch, 4) });
    await patient.locks.release(target, anId('first'), undefined, now, signal);
    expect(leaseOf(server, target)).toBeUndefined();
  });

  it('fails when its caller cancels, and with errors other than a conflict', async () => {
    const { locks, server } = aReplica();
    await locks.acquire(target, aClaim('first'), now, signal);
    const release = () => locks.release(target, anId('first'), undefined, now, AbortSignal.abort());
    await expect(release()).rejects.toThrow(CancelledError);
    expect(leaseOf(server, target)).toBeDefined();
  });
});

it('a target is held by the execution that the cache shows as its holder, by UID', async () => {
  const { locks } = aReplica();
  expect(locks.isHeldBy(target, anId('first'))).toBe(false);
  await locks.acquire(target, aClaim('first'), now, signal);
  expect(locks.isHeldBy(target, anId('first'))).toBe(true);
  expect(locks.isHeldBy(target, { ...anId('first'), uid: 'uid-0' })).toBe(false);
  await locks.release(target, anId('first'), aCooldown('first', now), now, signal);
  expect(locks.isHeldBy(target, anId('first'))).toBe(false);
});

describe('collecting a Lease', () => {
  it('removes it when its cooldowns have passed, and not before', async () => {
    const { server, locks } = aReplica();
    await locks.release(target, anId('first'), aCooldown('first', now), now, signal);
    await locks.collect(key.name, later(4), signal);
    expect(leaseOf(server, target)).toBeDefined();
    await locks.collect(key.name, later(5), signal);
    expect(leaseOf(server, target)).toBeUndefined();
  });

  it('removes it when a live read shows that its holder has ended, and keeps it while the holder is live', async () => {
    const { server, holders, locks } = aReplica();
    await locks.acquire(target, aClaim('first'), now, signal);
    await locks.collect(key.name, later(60), signal);
    expect(leaseOf(server, target)).toBeDefined();
    holders.liveStates.set('first', { kind: 'ended' });
    await locks.collect(key.name, later(60), signal);
    expect([leaseOf(server, target), holders.liveReads]).toEqual([undefined, ['first', 'first']]);
  });

  it('keeps the cooldown of a holder that has ended without a release', async () => {
    const { server, holders, locks } = aReplica();
    await locks.acquire(target, aClaim('first'), now, signal);
    holders.cachedStates.set('first', { kind: 'ended', cooldown: aCooldown('first', now) });
    await locks.collect(key.name, later(1), signal);
    expect(leaseOf(server, target)?.spec.holderIdentity).toBe('payment/first/uid-first');
    await locks.collect(key.name, later(6), signal);
    expect(leaseOf(server, target)).toBeUndefined();
  });

  it('keeps it if it was used after it was cached', async () => {
    const { server, one, other } = twoReplicas();
    await one.locks.release(target, anId('first'), aCooldown('first', now), now, signal);
    other.sync();
    await one.locks.acquire(target, aClaim('second'), later(6), signal);
    await other.locks.collect(key.name, later(6), signal);
    expect(leaseOf(server, target)?.spec.holderIdentity).toBe('payment/second/uid-second');
  });

  it('keeps a new Lease of the same name, regardless of its resourceVersion', async () => {
    const { server, locks, store } = aReplica();
    await locks.release(target, anId('first'), aCooldown('first', now), now, signal);
    const old = store.get(key)!;
    await server.client().delete(leaseResource, key);
    const { locks: others } = aReplica({ server });
    await others.acquire(target, aClaim('second'), now, signal);
    const resourceVersion = leaseOf(server, target)!.metadata.resourceVersion;
    store.put(undefined, { ...old, metadata: { ...old.metadata, resourceVersion } });
    await locks.collect(key.name, later(6), signal);
    expect(leaseOf(server, target)?.spec.holderIdentity).toBe('payment/second/uid-second');
  });

  it('sends nothing when it is not in the cache', async () => {
    const { server, locks } = aReplica();
    await locks.collect(key.name, now, signal);
    expect(server.verbs).toEqual([]);
  });

  it('fails with errors other than a conflict', async () => {
    const { server, locks } = aReplica();
    await locks.release(target, anId('first'), aCooldown('first', now), now, signal);
    await expect(locks.collect(key.name, later(6), AbortSignal.abort())).rejects.toThrow(CancelledError);
    expect(leaseOf(server, target)).toBeDefined();
  });
});
