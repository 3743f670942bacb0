import { Inject, Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { CONFIG, type Config } from '../config/config.ts';
import { KubernetesClient } from '../kubernetes/client.ts';
import { AlreadyExistsError, ConflictError, NotFoundError } from '../kubernetes/errors.ts';
import { InjectReflector } from '../kubernetes/kubernetes.module.ts';
import { leaseResource, type Lease } from '../kubernetes/lease.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import { InjectMetric } from '../metrics/metric.ts';
import { metrics } from '../metrics/metrics.ts';
import { LOCK_HOLDERS, type LockHolders, type TargetEvidence } from './lock-holders.ts';
import { holderOf, lockName, lockPatch, newLock, readLock } from './lock-lease.ts';
import { decideClaim, isCollectable, released, unusedLock, withCooldowns } from './lock-record.ts';
import type { Claim, Cooldown, ExecutionId, LockRecord } from './lock-record.ts';

/** The result of {@link TargetLocks.acquire}. */
export type Acquisition =
  | { readonly kind: 'acquired' }
  | { readonly kind: 'busy'; readonly holder: ExecutionId }
  | { readonly kind: 'cooling-down'; readonly earlier: ExecutionId; readonly remainingMs: number };

/** The lock changed during every attempt; the execution is requeued with backoff. */
export class LockContendedError extends Error {
  override readonly name = 'LockContendedError';
}

/** How often a write that conflicts with another one is attempted. */
const maxAttempts = 5;

/** A Lease as it was read; `live` if from the API server instead of the cache. */
interface LeaseRead {
  readonly lease: Lease | undefined;
  readonly live: boolean;
}

/**
 * One lock for each target, cluster-wide: a Lease in the service's own namespace that is changed by compare-and-swap only.
 * It records who has the target and, so that deleting an execution does not void them, its cooldowns. A holder that has ended
 * counts as none, without a write, and the next holder records its cooldown.
 *
 * Decisions are made on the cache. A grant is safe all the same, because the write fails if the Lease has changed; a refusal
 * is confirmed by a live read.
 */
@Injectable()
export class TargetLocks {
  private readonly namespace: string;
  private readonly cooldownMs: number;

  constructor(
    private readonly client: KubernetesClient,
    @InjectReflector(leaseResource) private readonly leases: Reflector<Lease>,
    @Inject(LOCK_HOLDERS) private readonly holders: LockHolders,
    @Inject(CONFIG) { namespace, cooldownMs }: Pick<Config, 'namespace' | 'cooldownMs'>,
    @InjectMetric(metrics.lockContention) private readonly contention: Pick<Counter, 'inc'>,
  ) {
    this.namespace = namespace;
    this.cooldownMs = cooldownMs;
    for (const cause of ['held', 'conflict']) contention.inc({ cause }, 0);
  }

  /**
   * Acquires the lock of a target; the holder acquires it again.
   *
   * @param target in canonical form
   * @param evidence what is checked in addition to the lock, even if it names the claimant
   * @throws LockContendedError, UnreadableLockError, KubernetesError: retry later
   */
  acquire(
    target: string,
    claim: Claim,
    now: Date,
    signal: AbortSignal,
    evidence?: TargetEvidence,
  ): Promise<Acquisition> {
    return this.retry('acquired', target, this.cachedRead(target), signal, async (read) => {
      const record = withCooldowns(await this.withoutEndedHolder(read, now, signal), evidence?.cooldowns ?? []);
      const decision = decideClaim(record, claim, now, this.cooldownMs);
      if (decision.kind === 'held') return read.live ? this.busy(decision.holder) : undefined;
      if (decision.kind === 'cooling-down') return read.live ? decision : undefined;
      const occupant = await evidence?.occupant();
      if (occupant !== undefined) return this.busy(occupant);
      if (decision.kind === 'ours') return { kind: 'acquired' };
      return (await this.write(read.lease ?? target, decision.next, now, signal)) ? { kind: 'acquired' } : undefined;
    });
  }

  /**
   * Restores the lock of a running execution if it is gone or its holder has ended. Sends nothing while the execution holds
   * it in the cache.
   *
   * @throws LockContendedError, UnreadableLockError, KubernetesError: retry later
   */
  async restore(target: string, execution: ExecutionId, now: Date, signal: AbortSignal): Promise<void> {
    if (this.isHeldBy(target, execution)) return;
    await this.retry('restored', target, undefined, signal, async (read) => {
      const record = await this.withoutEndedHolder(read, now, signal);
      if (record.holder !== undefined) return true;
      return (await this.write(read.lease ?? target, { ...record, holder: execution }, now, signal)) || undefined;
    });
  }

  /**
   * Releases a target and records the cooldown. Does nothing if that was done before.
   *
   * @param cooldown of the execution; undefined if no step of it ran
   * @throws LockContendedError, UnreadableLockError, KubernetesError: retry later
   */
  async release(
    target: string,
    execution: ExecutionId,
    cooldown: Cooldown | undefined,
    now: Date,
    signal: AbortSignal,
  ): Promise<void> {
    await this.retry('released', target, this.cachedRead(target), signal, async ({ lease }) => {
      const record = lease === undefined ? unusedLock : readLock(lease, now);
      const next = released(record, execution, cooldown, now, this.cooldownMs);
      if (next === record) return true;
      const isUnused = lease !== undefined && isCollectable(next, now, this.cooldownMs);
      const done = isUnused ? this.remove(lease, signal) : this.write(lease ?? target, next, now, signal);
      return (await done) || undefined;
    });
  }

  /** Whether this execution has the target, according to the cache. */
  isHeldBy(target: string, { uid }: ExecutionId): boolean {
    const { lease } = this.cachedRead(target);
    const holder = lease === undefined ? undefined : holderOf(lease);
    return typeof holder === 'object' && holder.uid === uid;
  }

  /**
   * Removes a Lease that has neither a holder nor a cooldown, unless it is used again meanwhile.
   *
   * @param name of the Lease
   */
  async collect(name: string, now: Date, signal: AbortSignal): Promise<void> {
    const lease = this.leases.store.get({ namespace: this.namespace, name });
    if (lease === undefined) return;
    const record = await this.withoutEndedHolder({ lease, live: true }, now, signal);
    if (isCollectable(record, now, this.cooldownMs)) await this.remove(lease, signal);
  }

  /** Attempts a change until it has a result, on the first read if there is one and then on live reads. */
  private async retry<T>(
    what: string,
    target: string,
    first: LeaseRead | undefined,
    signal: AbortSignal,
    attempt: (read: LeaseRead) => Promise<T | undefined>,
  ): Promise<T> {
    for (let attempts = 0; attempts < maxAttempts; attempts += 1) {
      const read = attempts === 0 && first !== undefined ? first : await this.liveRead(target, signal);
      const result = await attempt(read);
      if (result !== undefined) return result;
    }
    throw new LockContendedError(`The lock of ${target} changed ${maxAttempts} times while it was being ${what}`);
  }

  private busy(holder: ExecutionId): Acquisition {
    this.contention.inc({ cause: 'held' });
    return { kind: 'busy', holder };
  }

  /** The record of a Lease, released if its holder has ended. */
  private async withoutEndedHolder({ lease, live }: LeaseRead, now: Date, signal: AbortSignal): Promise<LockRecord> {
    const record = lease === undefined ? unusedLock : readLock(lease, now);
    if (record.holder === undefined) return record;
    let state = this.holders.cached(record.holder);
    if (state.kind === 'live' && live) state = await this.holders.live(record.holder, signal);
    if (state.kind === 'live') return record;
    return released(record, record.holder, state.cooldown, now, this.cooldownMs);
  }

  private cachedRead(target: string): LeaseRead {
    return { lease: this.leases.store.get({ namespace: this.namespace, name: lockName(target) }), live: false };
  }

  private async liveRead(target: string, signal: AbortSignal): Promise<LeaseRead> {
    const key = { namespace: this.namespace, name: lockName(target) };
    const lease = await this.client.find(leaseResource, key, { signal });
    if (lease !== undefined) this.leases.store.upsertIfNewer(lease);
    return { lease, live: true };
  }

  /** Removes a Lease; false if it has changed since it was read. */
  private async remove({ metadata }: Lease, signal: AbortSignal): Promise<boolean> {
    const { uid, resourceVersion } = metadata;
    try {
      await this.client.delete(leaseResource, metadata, { preconditions: { uid, resourceVersion }, signal });
      return true;
    } catch (error) {
      if (error instanceof NotFoundError) return true;
      if (error instanceof ConflictError) return false;
      throw error;
    }
  }

  /**
   * Writes a Lease by compare-and-swap; false if it has changed since it was read.
   *
   * @param previous the Lease that was read, or the target if there was none
   */
  private async write(previous: Lease | string, next: LockRecord, now: Date, signal: AbortSignal): Promise<boolean> {
    try {
      const written = await (typeof previous === 'string'
        ? this.client.create(leaseResource, newLock(this.namespace, previous, next, now), { signal })
        : this.client.patch(leaseResource, previous.metadata, lockPatch(previous, next, now), { signal }));
      this.leases.store.upsertIfNewer(written);
      return true;
    } catch (error) {
      const isGone = error instanceof NotFoundError && typeof previous !== 'string';
      if (!(error instanceof ConflictError || error instanceof AlreadyExistsError || isGone)) throw error;
      this.contention.inc({ cause: 'conflict' });
      return false;
    }
  }
}
