import { Inject, Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { CONFIG } from '../config/config.ts';
import type { Config } from '../config/config.ts';
import { KubernetesClient } from '../kubernetes/client.ts';
import { AlreadyExistsError, ConflictError, NotFoundError } from '../kubernetes/errors.ts';
import { InjectReflector } from '../kubernetes/kubernetes.module.ts';
import { leaseResource, type Lease } from '../kubernetes/lease.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import { InjectMetric } from '../metrics/metric.ts';
import { metrics } from '../metrics/metrics.ts';
import { LOCK_HOLDERS } from './lock-holders.ts';
import type { LockHolders, TargetEvidence } from './lock-holders.ts';
import { holderOf, lockName, lockPatch, newLock, readLock } from './lock-lease.ts';
import { decideClaim, isSpent, released, unusedLock, withCooldowns } from './lock-record.ts';
import type { Claim, Cooldown, ExecutionId, LockDecision, LockRecord } from './lock-record.ts';

/** What came of asking for a target. */
export type Acquisition =
  | { readonly kind: 'acquired' }
  | { readonly kind: 'busy'; readonly holder: ExecutionId }
  | { readonly kind: 'cooling-down'; readonly earlier: ExecutionId; readonly remainingMs: number };

/** The lock changed under every try; the execution comes back after its backoff. */
export class LockContendedError extends Error {
  override readonly name = 'LockContendedError';
}

/** How often a lock is decided about again when somebody else was faster. */
const tries = 5;

/**
 * One lock for each target, cluster-wide: a Lease in the service's own namespace that is changed by compare-and-swap
 * only. It says who has the target and, so that deleting an execution does not void it, what cools down. A holder that has
 * ended is as good as none: nobody need write that it has, and whoever takes the target next notes what cools down.
 *
 * Decisions are made on what the watch has seen. A grant is safe all the same, because the write is refused when the
 * Lease has changed since; a refusal is read live first, so that nobody is turned away for something that is over.
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
   * Asks for a target; asking again for what one has is granted again.
   *
   * @param target in its one written form
   * @param evidence what a lock is held against before it is granted, also one that names the claimant
   * @throws LockContendedError, UnreadableLockError, KubernetesError: come back later
   */
  async acquire(
    target: string,
    claim: Claim,
    now: Date,
    signal: AbortSignal,
    evidence?: TargetEvidence,
  ): Promise<Acquisition> {
    let seen: Seen = { lease: this.cached(target), live: false };
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const record = withCooldowns(await this.withoutEndedHolder(seen, now, signal), evidence?.cooldowns ?? []);
      const decision = decideClaim(record, claim, now, this.cooldownMs);
      if (decision.kind === 'ours' || decision.kind === 'free') {
        const occupant = await evidence?.occupant();
        if (occupant !== undefined) return this.busy(occupant);
        if (decision.kind === 'ours') return { kind: 'acquired' };
        if (await this.write(seen.lease ?? target, decision.next, now, signal)) return { kind: 'acquired' };
      } else if (seen.live) {
        return this.refusal(decision);
      }
      seen = { lease: await this.read(target, signal), live: true };
    }
    throw new LockContendedError(`The lock of ${target} changed ${tries} times while it was being asked for`);
  }

  /**
   * Writes the lock of a running execution again when it is gone or names nobody who lives. Nothing is sent as long as the
   * watch has seen that the execution holds it.
   *
   * @throws LockContendedError, UnreadableLockError, KubernetesError: come back later
   */
  async restore(target: string, execution: ExecutionId, now: Date, signal: AbortSignal): Promise<void> {
    if (this.isHeldBy(target, execution)) return;
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const lease = await this.read(target, signal);
      const record = await this.withoutEndedHolder({ lease, live: true }, now, signal);
      if (record.holder !== undefined) return;
      if (await this.write(lease ?? target, { ...record, holder: execution }, now, signal)) return;
    }
    throw new LockContendedError(`The lock of ${target} changed ${tries} times while it was being restored`);
  }

  /**
   * Gives a target back and remembers what cools down. Does nothing when that has been done before.
   *
   * @param cooldown what the lock has to remember; nothing when no step of the execution ran
   * @throws LockContendedError, UnreadableLockError, KubernetesError: come back later
   */
  async release(
    target: string,
    execution: ExecutionId,
    cooldown: Cooldown | undefined,
    now: Date,
    signal: AbortSignal,
  ): Promise<void> {
    let lease = this.cached(target);
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const record = lease === undefined ? unusedLock : readLock(lease, now);
      const next = released(record, execution, cooldown, now, this.cooldownMs);
      if (next === record || (await this.replace(lease, target, next, now, signal))) return;
      lease = await this.read(target, signal);
    }
    throw new LockContendedError(`The lock of ${target} changed ${tries} times while it was being given back`);
  }

  /** Whether the watch has seen that this execution has the target. */
  isHeldBy(target: string, { uid }: ExecutionId): boolean {
    const lease = this.cached(target);
    const holder = lease === undefined ? undefined : holderOf(lease);
    return typeof holder === 'object' && holder.uid === uid;
  }

  /**
   * Removes a Lease that has nothing to say any more, unless somebody uses it again meanwhile.
   *
   * @param name of the Lease
   */
  async collect(name: string, now: Date, signal: AbortSignal): Promise<void> {
    const lease = this.leases.store.get({ namespace: this.namespace, name });
    if (lease === undefined) return;
    const record = await this.withoutEndedHolder({ lease, live: true }, now, signal);
    if (isSpent(record, now, this.cooldownMs)) await this.remove(lease, signal);
  }

  private refusal(decision: Extract<LockDecision, { kind: 'held' | 'cooling-down' }>): Acquisition {
    return decision.kind === 'held' ? this.busy(decision.holder) : decision;
  }

  private busy(holder: ExecutionId): Acquisition {
    this.contention.inc({ cause: 'held' });
    return { kind: 'busy', holder };
  }

  /** The record of a Lease as it would be had its holder given it back, when that has ended. */
  private async withoutEndedHolder({ lease, live }: Seen, now: Date, signal: AbortSignal): Promise<LockRecord> {
    const record = lease === undefined ? unusedLock : readLock(lease, now);
    if (record.holder === undefined) return record;
    let state = this.holders.cached(record.holder);
    if (state.kind === 'live' && live) state = await this.holders.live(record.holder, signal);
    if (state.kind === 'live') return record;
    return released(record, record.holder, state.cooldown, now, this.cooldownMs);
  }

  /** Compare-and-swap, as {@link #write}; a lock that would have nothing to say is none. */
  private replace(
    lease: Lease | undefined,
    target: string,
    next: LockRecord,
    now: Date,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (lease !== undefined && isSpent(next, now, this.cooldownMs)) return this.remove(lease, signal);
    return this.write(lease ?? target, next, now, signal);
  }

  /** Removes a Lease: false when it is not the one that was read any more. */
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

  private cached(target: string): Lease | undefined {
    return this.leases.store.get({ namespace: this.namespace, name: lockName(target) });
  }

  private async read(target: string, signal: AbortSignal): Promise<Lease | undefined> {
    const key = { namespace: this.namespace, name: lockName(target) };
    const lease = await this.client.find(leaseResource, key, { signal });
    if (lease !== undefined) this.leases.store.upsertIfNewer(lease);
    return lease;
  }

  /**
   * Compare-and-swap: false when the Lease is not the one that was read any more.
   *
   * @param previous the Lease that was read, or the target that had none
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

/** A Lease, and whether it was read just now rather than seen by the watch. */
interface Seen {
  readonly lease: Lease | undefined;
  readonly live: boolean;
}
