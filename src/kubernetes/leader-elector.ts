import { sleep } from './async.ts';
import type { CallOptions, KubernetesClient } from './client.ts';
import { microTime, systemClock, type Clock, type Random } from './clock.ts';
import { NotFoundError } from './errors.ts';
import type { ObjectKey } from './kubernetes-object.ts';
import { leaseResource, type Lease, type LeaseSpec } from './lease.ts';
import { silentLogger, type Logger } from './logger.ts';

/** Settings of a {@link LeaderElector}. Durations are milliseconds and default to those of Kubernetes' own components. */
export interface LeaderElectorOptions {
  readonly client: Pick<KubernetesClient, 'get' | 'create' | 'replace'>;
  readonly lease: ObjectKey;
  /** Unique per process, also across restarts. Of a permanent Lease, unique per group of processes that succeed each other. */
  readonly identity: string;
  /** Others may take the Lease after this time without a renewal; whole seconds. Default 15 000. */
  readonly leaseDurationMs?: number;
  /** The leader stops leading after this time without a renewal; less than the lease duration. Default 10 000. */
  readonly renewDeadlineMs?: number;
  /** Pause between renewals, and at most between attempts to acquire the Lease. Default 2 000. */
  readonly retryPeriodMs?: number;
  /** A permanent Lease does not expire and is not released: its holder keeps it until it is deleted. Default false. */
  readonly permanent?: boolean;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Logger;
}

/** `stopped`: by the signal, or the work is done. `refused`: a permanent Lease has another holder; the work never started. */
export type LeadershipEnd = 'stopped' | 'lost' | 'refused';

/** The work of a leader; it ends when its signal aborts. */
export type LeaderWork = (leading: AbortSignal) => Promise<void>;

/** The lease duration of another holder is believed up to this multiple of our own. */
const maxDurationFactor = 4;

/** `leaseTransitions` is an int32. */
const maxTransitions = 2 ** 31 - 1;

const defaults = {
  leaseDurationMs: 15_000,
  renewDeadlineMs: 10_000,
  retryPeriodMs: 2_000,
  permanent: false,
  clock: systemClock,
  random: Math.random,
  log: silentLogger,
};

/**
 * A candidate for leadership by a coordination.k8s.io Lease, as in client-go's leaderelection. Every change is a compare-and-swap
 * on the resource version. Whether another holder's Lease has expired is judged by how long it has not changed, not by the times
 * in it, since clocks differ. A leader stops before anybody else can take over: at the renew deadline.
 */
export class LeaderElector {
  private readonly options: LeaderElectorOptions & typeof defaults;
  /** The Lease as last read or written, and since when it has not changed. */
  private observed?: { readonly lease: Lease; readonly since: number };
  /** When the request was sent that last renewed our Lease; undefined while it is not ours. */
  private renewedAt?: number;
  /** Whether `observed` is the state in the cluster: false after a conflict or a lost response. */
  private isCertain = false;
  /** What was last logged while waiting. */
  private logged: { readonly leader?: string; readonly isUnrenewed: boolean } = { isUnrenewed: false };

  constructor(options: LeaderElectorOptions) {
    this.options = { ...defaults, ...options };
    const { leaseDurationMs, renewDeadlineMs, retryPeriodMs } = this.options;
    if (!(retryPeriodMs < renewDeadlineMs && renewDeadlineMs < leaseDurationMs)) {
      throw new RangeError('The retry period must be shorter than the renew deadline, and that shorter than the lease');
    }
    if (leaseDurationMs % 1000 !== 0) throw new RangeError('The lease duration must be whole seconds');
  }

  /** Whether this process may act as the leader; false as soon as the renew deadline has passed. */
  get isLeader(): boolean {
    return this.remainingMs() > 0;
  }

  /** Identity of the last known leader; undefined when there is none or none has been seen yet. */
  get leader(): string | undefined {
    return this.observed?.lease.spec.holderIdentity || undefined;
  }

  /**
   * Waits until this process leads, then calls `work` once and renews the Lease until it ends. When `signal` aborts, the signal
   * of `work` aborts too; the Lease is kept while `work` drains, then released. When the Lease is lost, the signal of `work`
   * aborts and this resolves to `lost` without waiting: another process may lead already, and the caller should exit. Rejects
   * with what `work` rejects with.
   */
  async run(signal: AbortSignal, work: LeaderWork): Promise<LeadershipEnd> {
    const acquired = await this.acquire(signal);
    return acquired === 'acquired' ? this.lead(signal, work) : acquired;
  }

  private async acquire(signal: AbortSignal): Promise<'acquired' | 'stopped' | 'refused'> {
    const { permanent, identity, renewDeadlineMs, retryPeriodMs, clock, random } = this.options;
    while (!signal.aborted) {
      if (await this.tryAcquireOrRenew(renewDeadlineMs / 2, signal)) return 'acquired';
      if (permanent && this.leader !== undefined && this.leader !== identity) return 'refused';
      const pauseMs = (retryPeriodMs * (1 + random())) / 2;
      // Also at the very moment when the Lease expires.
      const expiresInMs = this.expiresInMs();
      await sleep(clock, expiresInMs > 0 ? Math.min(pauseMs, expiresInMs) : pauseMs, signal);
    }
    return 'stopped';
  }

  private async lead(signal: AbortSignal, work: LeaderWork): Promise<LeadershipEnd> {
    const { log, identity } = this.options;
    const lost = new AbortController();
    const done = new AbortController();
    const working = Promise.try(work, AbortSignal.any([signal, lost.signal])).finally(() => done.abort());
    // Awaited or logged below.
    working.catch(() => undefined);
    if (await this.renew(done.signal)) {
      await this.release();
      await working;
      return 'stopped';
    }
    this.forget();
    log.error({ identity, leader: this.leader }, 'lease lost');
    lost.abort();
    working.catch((err: unknown) => log.warn({ err }, 'leader failed to stop after losing its lease'));
    return 'lost';
  }

  /** Renews until `done` aborts; false when the Lease is lost. */
  private async renew(done: AbortSignal): Promise<boolean> {
    const { identity, retryPeriodMs, renewDeadlineMs, clock } = this.options;
    while (this.isLeader && this.leader === identity) {
      await sleep(clock, Math.min(retryPeriodMs, this.remainingMs()), done);
      if (done.aborted) return true;
      // At most half of the deadline, so that a request that hangs leaves time for another one.
      const timeoutMs = Math.min(this.remainingMs(), renewDeadlineMs / 2);
      if (timeoutMs > 0) await this.tryAcquireOrRenew(timeoutMs, done);
    }
    return done.aborted;
  }

  /** Releases the Lease, unless it is permanent, so that others need not wait until it expires. Failures are logged. */
  private async release(): Promise<void> {
    this.forget();
    const { client, identity, log, renewDeadlineMs, clock, permanent } = this.options;
    if (permanent) return;
    const options = { timeoutMs: renewDeadlineMs / 2 };
    try {
      // Read again: the last renewal may have been cut off.
      const lease = await this.read(options);
      if (lease?.spec.holderIdentity !== identity) return;
      const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(clock.now()) };
      this.observe(await client.replace(leaseResource, { ...lease, spec }, options));
    } catch (err) {
      log.warn({ err }, 'failed to release lease; it will expire');
    }
  }

  private forget(): void {
    this.renewedAt = undefined;
    this.isCertain = false;
  }

  /** One attempt of at most `timeoutMs`; true when this process leads. Never rejects. */
  private async tryAcquireOrRenew(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    const sentAt = this.now();
    const within = () => ({ signal, timeoutMs: Math.max(0, sentAt + timeoutMs - this.now()) });
    try {
      const lease = this.isCertain ? this.observed?.lease : await this.read(within());
      if (lease && !this.isFree(lease)) {
        this.logWaiting(lease);
        return false;
      }
      this.observe(await this.write(lease, within()));
      this.isCertain = true;
      this.renewedAt = sentAt;
    } catch (err) {
      this.isCertain = false;
      if (!signal.aborted) this.options.log.warn({ err }, 'failed to acquire or renew lease');
    }
    // A response after the deadline is too late; before it, a failure changes nothing yet.
    return this.isLeader;
  }

  private async read(options: CallOptions): Promise<Lease | undefined> {
    try {
      const lease = await this.options.client.get(leaseResource, this.options.lease, options);
      if (lease.metadata.resourceVersion !== this.observed?.lease.metadata.resourceVersion) this.observe(lease);
      return lease;
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  private async write(lease: Lease | undefined, options: CallOptions): Promise<Lease> {
    const { client, lease: metadata } = this.options;
    const spec = this.renewed(lease?.spec ?? {});
    if (lease) return client.replace(leaseResource, { ...lease, spec }, options);
    const { group, version, kind } = leaseResource;
    return client.create(leaseResource, { apiVersion: `${group}/${version}`, kind, metadata, spec }, options);
  }

  private renewed(before: LeaseSpec): LeaseSpec {
    const { identity, leaseDurationMs, clock } = this.options;
    const now = microTime(clock.now());
    const renewed = { ...before, leaseDurationSeconds: leaseDurationMs / 1000, renewTime: now };
    if (before.holderIdentity === identity) return renewed;
    const transitions = before.renewTime === undefined ? 0 : (before.leaseTransitions ?? 0) + 1;
    const leaseTransitions = Math.min(transitions, maxTransitions);
    return { ...renewed, holderIdentity: identity, acquireTime: now, leaseTransitions };
  }

  private observe(lease: Lease): void {
    this.observed = { lease, since: this.now() };
  }

  /** Whether the Lease is ours, has no holder, or has expired. */
  private isFree({ spec }: Lease): boolean {
    const { identity, permanent } = this.options;
    if (!spec.holderIdentity || spec.holderIdentity === identity) return true;
    return !permanent && this.expiresInMs() <= 0;
  }

  /** Milliseconds until the observed Lease expires unless it changes; not positive when it has. */
  private expiresInMs(): number {
    if (this.observed === undefined) return Infinity;
    const { lease, since } = this.observed;
    const statedMs = (lease.spec.leaseDurationSeconds ?? 0) * 1000;
    return since + Math.min(statedMs, maxDurationFactor * this.options.leaseDurationMs) - this.now();
  }

  /** Milliseconds until the renew deadline; not positive when this process does not lead. */
  private remainingMs(): number {
    return this.renewedAt === undefined ? 0 : this.renewedAt + this.options.renewDeadlineMs - this.now();
  }

  /** Logs each leader once, and once that its Lease has not been renewed for longer than one of ours lasts. */
  private logWaiting({ spec }: Lease): void {
    const { leaseDurationMs, lease, permanent, log } = this.options;
    if (this.observed === undefined || permanent) return;
    const { holderIdentity: leader, renewTime, leaseDurationSeconds } = spec;
    const fields = { lease, leader, renewTime, leaseDurationSeconds };
    if (leader !== this.logged.leader) log.info(fields, 'waiting for leader lease');
    const unrenewedMs = this.now() - this.observed.since;
    const isUnrenewed = unrenewedMs >= leaseDurationMs;
    if (isUnrenewed && !this.logged.isUnrenewed) {
      log.warn({ ...fields, unrenewedMs, expiresInMs: this.expiresInMs() }, 'leader lease not renewed');
    }
    this.logged = { leader, isUnrenewed };
  }

  private now(): number {
    return this.options.clock.elapsedMs();
  }
}
