import { describe, expect, it } from '@jest/globals';
import { CancelledError, NotFoundError, UnavailableError } from '../kubernetes/errors.ts';
import { FakeApiServer } from '../kubernetes/fake-api-server.builders.ts';
import { leaseResource } from '../kubernetes/lease.ts';
import { lockName, UnreadableLockError } from './lock-lease.ts';
import {
  aClaim,
  aCooldown,
  anId,
  aReplica,
  interrupting,
  key,
  later,
  leaseOf,
  minutes,
  now,
  signal,
  target,
  touching,
  twoReplicas,
} from './replica.builders.ts';
import { LockContendedError } from './target-locks.ts';

const lost = new UnavailableError('connection reset');

describe('acquiring a target', () => {
  it('creates a missing Lease and caches it', async () => {
    const { server, locks, store, contention } = aReplica();
    await expect(locks.acquire(target, aClaim('first'), now, signal)).resolves.toEqual({ kind: 'acquired' });
    expect(server.verbs).toEqual(['create']);
    expect(leaseOf(server, target)?.spec.holderIdentity).toBe('payment/first/uid-first');
    expect(store.get(key)).toEqual(leaseOf(server, target));
    expect(contention).toEqual(['held+0', 'conflict+0']);
  });

  it('is granted again to its holder without a request', async () => {
    const { server, locks } = aReplica();
    await locks.acquire(target, aClaim('first'), now, signal);
    await expect(locks.acquire(target, aClaim('first'), now, signal)).resolves.toEqual({ kind: 'acquired' });
    expect(server.verbs).toEqual(['create']);
  });

  it('is granted although another target is locked', async () => {
    const { locks } = aReplica();
    await locks.acquire('payment/deployment/ledger', aClaim('first'), now, signal);
    await expect(locks.acquire(target, aClaim('second'), now, signal)).resolves.toEqual({ kind: 'acquired' });
  });

  it('is refused while another execution holds the target, after a live read of the Lease and of the holder', async () => {
    const { server, holders, locks, contention } = aReplica();
    await locks.acquire(target, aClaim('first'), now, signal);
    const refused = locks.acquire(target, aClaim('second'), now, signal);
    await expect(refused).resolves.toEqual({ kind: 'busy', holder: anId('first') });
    expect(server.verbs).toEqual(['create', 'get']);
    expect(holders.liveReads).toEqual(['first']);
    expect(contention.slice(2)).toEqual(['held']);
  });

  it('is granted to one of several that read the same free Lease', async () => {
    const { server, one, other } = twoReplicas();
    await one.locks.release(target, anId('earlier'), aCooldown('earlier', now, 'scale-up'), now, signal);
    other.sync();
    await expect(one.locks.acquire(target, aClaim('first'), now, signal)).resolves.toEqual({ kind: 'acquired' });
    await expect(other.locks.acquire(target, aClaim('second'), now, signal)).resolves.toEqual({
      kind: 'busy',
      holder: anId('first'),
    });
    expect(leaseOf(server, target)?.spec.holderIdentity).toBe('payment/first/uid-first');
    expect(other.contention.slice(2)).toEqual(['conflict', 'held']);
  });

  it('is refused when another one has created the Lease first', async () => {
    const { one, other } = twoReplicas();
    await one.locks.acquire(target, aClaim('first'), now, signal);
    const second = other.locks.acquire(target, aClaim('second'), now, signal);
    await expect(second).resolves.toEqual({ kind: 'busy', holder: anId('first') });
    expect(other.contention.slice(2)).toEqual(['conflict', 'held']);
    expect(other.store.get(key)?.spec.holderIdentity).toBe('payment/first/uid-first');
  });

  it('succeeds when the target was released but the cache is stale', async () => {
    const { server, one, other } = twoReplicas();
    await one.locks.acquire(target, aClaim('first'), now, signal);
    other.sync();
    await one.locks.release(target, anId('first'), undefined, now, signal);
    await expect(other.locks.acquire(target, aClaim('second'), now, signal)).resolves.toEqual({ kind: 'acquired' });
    expect(server.verbs).toEqual(['create', 'delete', 'get', 'create']);
  });

  it('creates the Lease again when it was just removed', async () => {
    const server = new FakeApiServer();
    const other = aReplica({ server });
    const remove = () => other.locks.collect(lockName(target), later(60), signal);
    const one = aReplica({ server, network: interrupting('patch', remove) });
    await one.locks.release(target, anId('earlier'), aCooldown('earlier', now, 'scale-up'), now, signal);
    other.sync();
    await expect(one.locks.acquire(target, aClaim('second'), now, signal)).resolves.toEqual({ kind: 'acquired' });
    expect(server.verbs).toEqual(['create', 'delete', 'patch', 'get', 'create']);
    expect(one.contention.slice(2)).toEqual(['conflict']);
  });

  it('can be retried after a lost response', async () => {
    const server = new FakeApiServer();
    const behind = aReplica({
      server,
      network: {
        after: ({ verb }) => {
          if (verb === 'create') throw lost;
        },
      },
    });
    await expect(behind.locks.acquire(target, aClaim('first'), now, signal)).rejects.toBe(lost);
    expect(behind.contention).toHaveLength(2);
    const { locks } = aReplica({ server });
    await expect(locks.acquire(target, aClaim('first'), now, signal)).resolves.toEqual({ kind: 'acquired' });
    await expect(locks.acquire(target, aClaim('second'), now, signal)).resolves.toMatchObject({ kind: 'busy' });
  });

  it('fails when the Lease changes during all five attempts', async () => {
    const { server, one } = twoReplicas();
    const touch = touching(server, target);
    await one.locks.release(target, anId('earlier'), aCooldown('earlier', now, 'scale-up'), now, signal);
    const disturbed = aReplica({ server, network: interrupting('patch', touch, Infinity) });
    const attempt = disturbed.locks.acquire(target, aClaim('first'), now, signal);
    await expect(attempt).rejects.toThrow(LockContendedError);
    await expect(attempt).rejects.toMatchObject({
      name: 'LockContendedError',
      message: expect.stringContaining(target),
    });
    expect(disturbed.contention.slice(2)).toEqual(Array(5).fill('conflict'));
    const patient = aReplica({ server, network: interrupting('patch', touch, 4) });
    await expect(patient.locks.acquire(target, aClaim('first'), now, signal)).resolves.toEqual({ kind: 'acquired' });
  });

  it('stops when its caller cancels, before a write and before a read of the holder', async () => {
    const { locks, server } = aReplica();
    await expect(locks.acquire(target, aClaim('first'), now, AbortSignal.abort())).rejects.toThrow(CancelledError);
    expect(leaseOf(server, target)).toBeUndefined();

    await locks.acquire(target, aClaim('first'), now, signal);
    await expect(locks.acquire(target, aClaim('second'), now, AbortSignal.abort())).rejects.toThrow(CancelledError);
    const stop = new AbortController();
    const interrupted = aReplica({ server, network: { after: () => stop.abort() } });
    const question = interrupted.locks.acquire(target, aClaim('second'), now, stop.signal);
    await expect(question).rejects.toHaveProperty('name', 'AbortError');
  });

  it('stops when its caller cancels before a Lease is changed', async () => {
    const { locks, holders, server } = aReplica();
    await locks.acquire(target, aClaim('first'), now, signal);
    holders.cachedStates.set('first', { kind: 'ended' });
    await expect(locks.acquire(target, aClaim('second'), now, AbortSignal.abort())).rejects.toThrow(CancelledError);
    expect(leaseOf(server, target)?.spec.holderIdentity).toBe('payment/first/uid-first');
  });

  it('fails when the Lease cannot be created because its namespace does not exist', async () => {
    const missing = new NotFoundError('namespaces "kubernaut-system" not found', { status: 404 });
    const { locks, contention } = aReplica({
      network: interrupting('create', () => {
        throw missing;
      }),
    });
    await expect(locks.acquire(target, aClaim('first'), now, signal)).rejects.toBe(missing);
    expect(contention).toHaveLength(2);
  });

  it('is refused while the holder of the Lease cannot be parsed', async () => {
    const { locks, server, sync } = aReplica();
    await locks.acquire(target, aClaim('first'), now, signal);
    await server.client().patch(leaseResource, key, { spec: { holderIdentity: 'somebody' } });
    sync();
    await expect(locks.acquire(target, aClaim('second'), now, signal)).rejects.toThrow(UnreadableLockError);
    await expect(locks.release(target, anId('first'), undefined, now, signal)).rejects.toThrow(UnreadableLockError);
    await expect(locks.collect(key.name, later(60), signal)).rejects.toThrow(UnreadableLockError);
  });
});

describe('a target whose holder has ended', () => {
  it('is taken over with one write when the holder has ended in the cache, and keeps the cooldown', async () => {
    const { server, holders, locks, contention } = aReplica();
    await locks.acquire(target, aClaim('first'), now, signal);
    holders.cachedStates.set('first', { kind: 'ended', cooldown: aCooldown('first', now) });
    const second = locks.acquire(target, aClaim('second', 'scale-up'), now, signal);
    await expect(second).resolves.toEqual({ kind: 'acquired' });
    expect(server.verbs).toEqual(['create', 'patch']);
    expect(holders.liveReads).toEqual([]);
    expect(contention).toHaveLength(2);
    const lease = leaseOf(server, target);
    expect(lease?.spec.holderIdentity).toBe('payment/second/uid-second');
    expect(JSON.parse(lease?.metadata.annotations?.['kubernaut.ai/cooldowns'] ?? '')).toEqual([
      aCooldown('first', now),
    ]);
  });

  it('is taken over when a live read shows that the holder has ended', async () => {
    const { server, holders, locks } = aReplica();
    await locks.acquire(target, aClaim('first'), now, signal);
    holders.liveStates.set('first', { kind: 'ended' });
    await expect(locks.acquire(target, aClaim('second'), now, signal)).resolves.toEqual({ kind: 'acquired' });
    expect(server.verbs).toEqual(['create', 'get', 'patch']);
    expect(holders.liveReads).toEqual(['first']);
  });

  it('cools down for the same workflow from the end of that execution', async () => {
    const { holders, locks, contention } = aReplica();
    await locks.acquire(target, aClaim('first'), now, signal);
    holders.liveStates.set('first', { kind: 'ended', cooldown: aCooldown('first', now) });
    await expect(locks.acquire(target, aClaim('second'), later(2), signal)).resolves.toEqual({
      kind: 'cooling-down',
      earlier: anId('first'),
      remainingMs: 3 * minutes,
    });
    expect(contention).toHaveLength(2);
    await expect(locks.acquire(target, aClaim('second'), later(5), signal)).resolves.toEqual({ kind: 'acquired' });
  });
});

describe('a cooldown', () => {
  it('is refused only after a live read: the Lease may be gone', async () => {
    const { server, one, other } = twoReplicas();
    await one.locks.release(target, anId('first'), aCooldown('first', now), now, signal);
    other.sync();
    await server.client().delete(leaseResource, key);
    await expect(other.locks.acquire(target, aClaim('second'), now, signal)).resolves.toEqual({ kind: 'acquired' });
  });

  it('does not exist if cooldowns are turned off', async () => {
    const { server, locks } = aReplica({ cooldownMs: 0 });
    await locks.acquire(target, aClaim('first'), now, signal);
    await locks.release(target, anId('first'), aCooldown('first', now), now, signal);
    expect(leaseOf(server, target)).toBeUndefined();
  });
});
