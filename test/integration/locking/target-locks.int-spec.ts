import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { UnavailableError } from '../../../src/kubernetes/errors.ts';
import { leaseResource, type Lease } from '../../../src/kubernetes/lease.ts';
import { lockName } from '../../../src/locking/lock-lease.ts';
import type { Claim } from '../../../src/locking/lock-record.ts';
import { LockContendedError, type Acquisition } from '../../../src/locking/target-locks.ts';
import { sharedCluster } from '../support/cluster.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { loseAnswer } from '../support/faults.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../../support/until.ts';
import { startLockReplica, type LockReplica } from './lock-replica.ts';

// The guarantees of the API server that a lock relies on: it rejects a second Lease of a name, and a write or deletion of a
// Lease that has changed since it was read. The decisions of TargetLocks are in its unit specs.

const now = new Date('2026-01-02T03:04:05Z');
const never = new AbortController().signal;
/** UIDs of executions that have ended. */
const ended = new Set<string>();

let namespace: TestNamespace;
let proxy: FaultProxy;
let replicas: [LockReplica, LockReplica];
const config = sharedCluster();
const client = new KubernetesClient(config);

beforeAll(async () => {
  namespace = await createNamespace(client, 'locking');
  proxy = await new FaultProxy(config).listen();
  replicas = await Promise.all([
    startLockReplica(config, namespace.name, ended),
    startLockReplica(proxy.kubeConfig(), namespace.name, ended),
  ]);
});

afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  await proxy.close();
  await namespace.delete();
  await config.close();
});

describe('the lock of a target', () => {
  it('is acquired by exactly one of many concurrent requests of two replicas, with and without a Lease', async () => {
    const target = 'payment/deployment/contended';
    const first = await requestAll(target, 'create');
    expect(first.acquired).toHaveLength(1);
    expect(new Set(first.holders)).toEqual(new Set(first.acquired));

    ended.add(`uid-${first.acquired[0]}`);
    const second = await requestAll(target, 'patch');

    expect(second.acquired).toHaveLength(1);
    expect(new Set(second.holders)).toEqual(new Set(second.acquired));
    await expect(lease(target)).resolves.toHaveProperty('spec.holderIdentity', holder(second.acquired[0] ?? ''));
  });

  it('is neither acquired nor collected by a replica with an older Lease in its cache', async () => {
    const target = 'payment/deployment/stale';
    const [current] = replicas;
    const stale = await startLockReplica(config, namespace.name, ended);
    await current.locks.acquire(target, claimOf('stale-1'), now, never);
    await untilCached(stale, target, 'stale-1');
    await stale.stop();
    ended.add('uid-stale-1');
    await current.locks.acquire(target, claimOf('stale-2'), now, never);

    await stale.locks.collect(lockName(target), now, never);
    await expect(lease(target)).resolves.toHaveProperty('spec.holderIdentity', holder('stale-2'));
    await expect(stale.locks.acquire(target, claimOf('stale-3'), now, never)).resolves.toEqual({
      kind: 'busy',
      holder: claimOf('stale-2').execution,
    });
    await expect(lease(target)).resolves.toHaveProperty('spec.holderIdentity', holder('stale-2'));
  });

  it.each([
    ['POST', 'create', 'creator'],
    ['PATCH', 'take over', 'successor'],
  ] as const)('is held after the lost response to a %s that would %s its Lease', async (method, _what, name) => {
    const target = `payment/deployment/lost-${method.toLowerCase()}`;
    const [other, behind] = replicas;
    if (method === 'PATCH') {
      await other.locks.acquire(target, claimOf('gone'), now, never);
      await untilCached(behind, target, 'gone');
      ended.add('uid-gone');
    }
    proxy.inject({ method, path: /\/leases/ }, loseAnswer(), 1);
    await expect(behind.locks.acquire(target, claimOf(name), now, never)).rejects.toThrow(UnavailableError);

    await expect(behind.locks.acquire(target, claimOf(name), now, never)).resolves.toEqual({ kind: 'acquired' });
    await expect(lease(target)).resolves.toHaveProperty('spec.holderIdentity', holder(name));
  });
});

/** Requests a target for forty executions in parallel. Those that failed because of contention are in neither list. */
async function requestAll(target: string, prefix: string): Promise<{ acquired: string[]; holders: string[] }> {
  const names = Array.from({ length: 40 }, (_, index) => `${prefix}-${index}`);
  const results = await Promise.all(names.map((name, index) => request(replicas[index % 2], target, name)));
  return {
    acquired: names.filter((_, index) => results[index]?.kind === 'acquired'),
    holders: results.flatMap((result) => (result?.kind === 'busy' ? [result.holder.name] : [])),
  };
}

async function request(
  replica: LockReplica | undefined,
  target: string,
  name: string,
): Promise<Acquisition | undefined> {
  try {
    return await replica?.locks.acquire(target, claimOf(name), now, never);
  } catch (error) {
    if (error instanceof LockContendedError) return undefined;
    throw error;
  }
}

async function untilCached({ leases }: LockReplica, target: string, name: string): Promise<void> {
  const cached = () => leases.store.get({ namespace: namespace.name, name: lockName(target) });
  await until(`the cache has ${name}`, () => cached()?.spec.holderIdentity === holder(name));
}

function claimOf(name: string): Claim {
  return { execution: { namespace: 'payment', name, uid: `uid-${name}` }, workflowId: 'restart' };
}

function holder(name: string): string {
  return `payment/${name}/uid-${name}`;
}

function lease(target: string): Promise<Lease> {
  return client.get(leaseResource, { namespace: namespace.name, name: lockName(target) });
}
