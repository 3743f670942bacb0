import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { NotFoundError } from '../../../src/kubernetes/errors.ts';
import { leaseResource } from '../../../src/kubernetes/lease.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';
import { lockName, UnreadableLockError } from '../../../src/locking/lock-lease.ts';
import type { Claim, Cooldown } from '../../../src/locking/lock-record.ts';
import { sharedCluster } from '../support/cluster.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { loseAnswer } from '../support/faults.ts';
import { createNamespace } from '../support/namespace.ts';
import type { TestNamespace } from '../support/namespace.ts';
import { contender } from './contenders.ts';
import type { Contender, States } from './contenders.ts';

const minutes = 60_000;
const now = new Date('2026-01-02T03:04:05Z');
const target = 'payment/deployment/payment-api';
const never = new AbortController().signal;

let config: PooledKubeConfig;
let client: KubernetesClient;
let namespace: TestNamespace;
let states: States;
let one: Contender;
let other: Contender;

beforeAll(async () => {
  config = sharedCluster();
  client = new KubernetesClient(config);
  namespace = await createNamespace(client, 'locking');
});

afterAll(async () => {
  await namespace.delete();
  await config.close();
});

beforeEach(async () => {
  states = { now: new Map(), seen: new Map() };
  one = await contender(config, namespace.name, states, 5 * minutes);
  other = await contender(config, namespace.name, states, 5 * minutes);
});

afterEach(async () => {
  await Promise.all([one.stop(), other.stop()]);
  await client.delete(leaseResource, key()).catch(ignoreAbsence);
});

describe('the lock of a target', () => {
  it('goes to exactly one of many that ask at the same moment, through two replicas', async () => {
    const claims = Array.from({ length: 40 }, (_, index) => claimOf(`claim-${index}`));
    const asked = claims.map((claim, index) =>
      (index % 2 === 0 ? one : other).locks.acquire(target, claim, now, never),
    );
    const answers = await Promise.allSettled(asked);

    const acquired = answers.filter((answer) => answer.status === 'fulfilled' && answer.value.kind === 'acquired');
    expect(acquired).toHaveLength(1);
    const winner = claims[answers.findIndex((answer) => answer === acquired[0])]?.execution;
    const busy = answers.flatMap((answer) =>
      answer.status === 'fulfilled' && answer.value.kind === 'busy' ? [answer.value] : [],
    );
    for (const { holder } of busy) expect(holder).toEqual(winner);
  });

  it('stays with its execution, which may ask again', async () => {
    await one.locks.acquire(target, claimOf('first'), now, never);
    await expect(other.locks.acquire(target, claimOf('first'), now, never)).resolves.toEqual({ kind: 'acquired' });
    await expect(other.locks.acquire(target, claimOf('second'), now, never)).resolves.toEqual({
      kind: 'busy',
      holder: claimOf('first').execution,
    });
  });

  it('is not for other targets', async () => {
    await one.locks.acquire(target, claimOf('first'), now, never);
    const elsewhere = 'payment/deployment/ledger';
    await expect(one.locks.acquire(elsewhere, claimOf('second'), now, never)).resolves.toEqual({ kind: 'acquired' });
  });

  it('is removed when it is given back and nothing has to cool down', async () => {
    await one.locks.acquire(target, claimOf('first'), now, never);
    await one.locks.release(target, claimOf('first').execution, undefined, now, never);
    await expect(lease()).rejects.toThrow(NotFoundError);
  });

  it('is free again when it has been given back, also for a replica that has not seen that yet', async () => {
    await one.locks.acquire(target, claimOf('first'), now, never);
    await one.locks.release(target, claimOf('first').execution, undefined, now, never);
    await expect(other.locks.acquire(target, claimOf('second'), now, never)).resolves.toEqual({ kind: 'acquired' });
  });

  it('is taken over from an execution that has ended, and remembers what that one ran', async () => {
    await one.locks.acquire(target, claimOf('first'), now, never);
    states.now.set('uid-first', { kind: 'ended', cooldown: cooldownOf('first', now) });

    await expect(other.locks.acquire(target, claimOf('second'), now, never)).resolves.toMatchObject({
      kind: 'cooling-down',
      earlier: { name: 'first' },
    });
    const scaleUp = { ...claimOf('third'), workflowId: 'scale-up' };
    await expect(other.locks.acquire(target, scaleUp, now, never)).resolves.toEqual({ kind: 'acquired' });
    await expect(lease()).resolves.toHaveProperty(
      'metadata.annotations',
      expect.objectContaining({
        'kubernaut.ai/cooldowns': expect.stringContaining('uid-first'),
      }),
    );
  });

  it('is taken over without a question from one that is seen to have ended', async () => {
    const proxy = await new FaultProxy(config).listen();
    const asking = await contender(proxy.kubeConfig(), namespace.name, states, 5 * minutes);
    await asking.locks.acquire(target, claimOf('first'), now, never);
    states.seen.set('uid-first', { kind: 'ended', cooldown: cooldownOf('first', now) });
    const before = proxy.requests.length;
    const scaleUp = { ...claimOf('second'), workflowId: 'scale-up' };

    await expect(asking.locks.acquire(target, scaleUp, now, never)).resolves.toEqual({ kind: 'acquired' });

    expect(proxy.requests.slice(before).map(({ method }) => method)).toEqual(['PATCH']);
    await asking.stop();
    await proxy.close();
  });

  it('is not lost when the answer to the request for it is', async () => {
    const proxy = await new FaultProxy(config).listen();
    const behind = await contender(proxy.kubeConfig(), namespace.name, states, 5 * minutes);
    proxy.inject({ method: 'POST', path: '/leases' }, loseAnswer(), 1);
    await expect(behind.locks.acquire(target, claimOf('first'), now, never)).rejects.toThrow();
    await expect(behind.locks.acquire(target, claimOf('first'), now, never)).resolves.toEqual({ kind: 'acquired' });
    await behind.stop();
    await proxy.close();
  });

  it('that can not be understood is given to nobody, and says what to do', async () => {
    await one.locks.acquire(target, claimOf('first'), now, never);
    const broken = await client.patch(leaseResource, key(), { spec: { holderIdentity: 'somebody' } });
    one.leases.store.upsertIfNewer(broken);
    const attempt = one.locks.acquire(target, claimOf('second'), now, never);
    await expect(attempt).rejects.toThrow(UnreadableLockError);
    await expect(attempt).rejects.toThrow('Make sure that nothing runs on the target, then delete the Lease.');
  });
});

describe('the cooldown of a target', () => {
  it('outlives the execution, counts from its end and is over after its time', async () => {
    await one.locks.acquire(target, claimOf('first'), now, never);
    await one.locks.release(target, claimOf('first').execution, cooldownOf('first', now), now, never);

    await expect(other.locks.acquire(target, claimOf('second'), later(2), never)).resolves.toEqual({
      kind: 'cooling-down',
      earlier: claimOf('first').execution,
      remainingMs: 3 * minutes,
    });
    await expect(other.locks.acquire(target, claimOf('second'), later(5), never)).resolves.toEqual({
      kind: 'acquired',
    });
  });
});

describe('collecting locks', () => {
  it('removes one that has nothing to say any more', async () => {
    await one.locks.acquire(target, claimOf('first'), now, never);
    await one.locks.release(target, claimOf('first').execution, cooldownOf('first', now), now, never);

    await one.locks.collect(lockName(target), later(1), never);
    await expect(lease()).resolves.toBeDefined();
    await one.locks.collect(lockName(target), later(6), never);
    await expect(lease()).rejects.toThrow(NotFoundError);
  });

  it('leaves the cooldown of one whose holder has not given it back', async () => {
    await one.locks.acquire(target, claimOf('first'), now, never);
    states.seen.set('uid-first', { kind: 'ended', cooldown: cooldownOf('first', now) });

    await one.locks.collect(lockName(target), later(1), never);
    await expect(lease()).resolves.toHaveProperty('spec.holderIdentity', 'payment/first/uid-first');
    await one.locks.collect(lockName(target), later(6), never);
    await expect(lease()).rejects.toThrow(NotFoundError);
  });

  it('removes one whose holder is gone, and leaves one whose holder lives', async () => {
    await one.locks.acquire(target, claimOf('first'), now, never);
    await one.locks.collect(lockName(target), later(60), never);
    await expect(lease()).resolves.toBeDefined();

    states.now.set('uid-first', { kind: 'ended' });
    await one.locks.collect(lockName(target), later(60), never);
    await expect(lease()).rejects.toThrow(NotFoundError);
  });

  it('leaves one that somebody has taken since it was looked at', async () => {
    await one.locks.acquire(target, claimOf('first'), now, never);
    states.now.set('uid-first', { kind: 'ended' });
    await one.stop();
    await other.locks.acquire(target, claimOf('second'), now, never);

    await one.locks.collect(lockName(target), now, never);
    await expect(lease()).resolves.toHaveProperty('spec.holderIdentity', 'payment/second/uid-second');
  });
});

function claimOf(name: string): Claim {
  return { execution: { namespace: 'payment', name, uid: `uid-${name}` }, workflowId: 'restart' };
}

function cooldownOf(name: string, ended: Date): Cooldown {
  return { workflowId: 'restart', execution: claimOf(name).execution, completionTime: ended.toISOString() };
}

function later(age: number): Date {
  return new Date(now.getTime() + age * minutes);
}

function key() {
  return { namespace: namespace.name, name: lockName(target) };
}

function lease() {
  return client.get(leaseResource, key());
}

function ignoreAbsence(error: unknown): void {
  if (!(error instanceof NotFoundError)) throw error;
}
