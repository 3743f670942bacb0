import type { CallOptions, KubernetesClient } from './client.ts';
import { type Clock, microTime } from './clock.ts';
import { NotFoundError } from './errors.ts';
import type { ObjectKey } from './kubernetes-object.ts';
import { leaseResource, type Lease, type LeaseSpec } from './lease.ts';
import type { Logger } from './logger.ts';

/**
 * How many times our own duration another one's claim is believed to last: others may be configured differently, but nobody
 * who writes a Lease keeps it for ever.
 */
const mostDurations = 4;

/** Of a `leaseTransitions`, which is an int32. */
const mostTransitions = 2 ** 31 - 1;

/** Whose claim to which Lease. */
export interface LeaseClaimOptions {
  readonly client: Pick<KubernetesClient, 'get' | 'create' | 'replace'>;
  readonly lease: ObjectKey;
  readonly identity: string;
  /** How long others have to leave our claim alone after each renewal; whole seconds in milliseconds. */
  readonly leaseDurationMs: number;
  /** How long we rely on it ourselves; less. */
  readonly renewDeadlineMs: number;
  /**
   * Whether whoever has the Lease keeps it until somebody deletes it: it does not run out and is not released, and nobody
   * with another identity takes it.
   */
  readonly permanent?: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * A claim to a coordination.k8s.io Lease. Every change is a compare-and-swap on the resource version. Whether somebody
 * else's claim has run out is judged by how long we have seen the Lease unchanged, never by the times in it: the clocks
 * of machines differ.
 */
export class LeaseClaim {
  readonly #options: LeaseClaimOptions;
  /** The Lease as last read or written, and since when it has been like that for us. */
  #seen: { readonly lease: Lease; readonly since: number } | undefined;
  /** What was last said while waiting. */
  #reported: { readonly leader?: string; readonly isUnrenewed: boolean } = { isUnrenewed: false };
  /** When the request was sent that renewed our claim last; undefined while we have none. */
  #renewedAt: number | undefined;
  /** Whether what we wrote last is what is there: until the first conflict, or answer that did not come. */
  #certain = false;

  constructor(options: LeaseClaimOptions) {
    this.#options = options;
  }

  /** Milliseconds for which we may still rely on the claim; not positive when it is not ours. */
  get leftMs(): number {
    return this.#renewedAt === undefined ? 0 : this.#renewedAt + this.#options.renewDeadlineMs - this.#now();
  }

  /** Milliseconds until whoever had it last has left it alone for as long as it lasts; not positive when that is over. */
  get runsOutInMs(): number {
    if (this.#seen === undefined) return Infinity;
    const { lease, since } = this.#seen;
    const statedMs = (lease.spec.leaseDurationSeconds ?? 0) * 1000;
    return since + Math.min(statedMs, mostDurations * this.#options.leaseDurationMs) - this.#now();
  }

  /** Who had it last; undefined when nobody had, or that is not known yet. */
  get holder(): string | undefined {
    return this.#seen?.lease.spec.holderIdentity || undefined;
  }

  /** Who has the Lease for good, when that is somebody else. */
  get refusedFor(): string | undefined {
    const { permanent, identity } = this.#options;
    return permanent === true && this.holder !== identity ? this.holder : undefined;
  }

  /** Tries once to take or renew the Lease, in `timeoutMs` at most; true when we may rely on it. Never rejects. */
  async attempt(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    const sentAt = this.#now();
    const within = () => ({ signal, timeoutMs: Math.max(0, sentAt + timeoutMs - this.#now()) });
    try {
      const lease = this.#certain ? this.#seen?.lease : await this.#read(within());
      if (lease && !this.#isFree(lease)) {
        this.#reportWaiting(lease);
        return false;
      }
      this.#see(await this.#write(lease, within()));
      this.#certain = true;
      this.#renewedAt = sentAt;
    } catch (err) {
      this.#certain = false;
      if (!signal.aborted) this.#options.log.warn({ err }, 'the lease could not be taken or renewed');
    }
    // An answer that came after the deadline is worth nothing; before it, a failure changes nothing yet.
    return this.leftMs > 0;
  }

  /** Relies on the claim no more, without telling others. */
  forget(): void {
    this.#renewedAt = undefined;
    this.#certain = false;
  }

  /**
   * Gives the Lease up, unless it is permanent, so that others need not wait until it has run out. Failing to do so is
   * logged, and no harm.
   */
  async release(): Promise<void> {
    this.forget();
    const { client, identity, log, renewDeadlineMs, clock, permanent } = this.#options;
    if (permanent === true) return;
    const options = { timeoutMs: renewDeadlineMs / 2 };
    try {
      // Read, because the last renewal may have been cut off.
      const lease = await this.#read(options);
      if (lease?.spec.holderIdentity !== identity) return;
      const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(clock.now()) };
      this.#see(await client.replace(leaseResource, { ...lease, spec }, options));
    } catch (err) {
      log.warn({ err }, 'the lease could not be released, it will run out');
    }
  }

  async #read(options: CallOptions): Promise<Lease | undefined> {
    try {
      const lease = await this.#options.client.get(leaseResource, this.#options.lease, options);
      if (lease.metadata.resourceVersion !== this.#seen?.lease.metadata.resourceVersion) this.#see(lease);
      return lease;
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  #see(lease: Lease): void {
    this.#seen = { lease, since: this.#now() };
  }

  /** Whether the Lease is ours, nobody's, or has been left unchanged for as long as it lasts. */
  #isFree({ spec }: Lease): boolean {
    const { identity, permanent } = this.#options;
    if (!spec.holderIdentity || spec.holderIdentity === identity) return true;
    return permanent !== true && this.runsOutInMs <= 0;
  }

  /** Says once who has the Lease, and once that it was not renewed for longer than one of ours lasts. */
  #reportWaiting({ spec }: Lease): void {
    const { leaseDurationMs, lease, permanent, log } = this.#options;
    if (this.#seen === undefined || permanent === true) return;
    const { holderIdentity: leader, renewTime, leaseDurationSeconds } = spec;
    const fields = { lease, leader, renewTime, leaseDurationSeconds };
    if (leader !== this.#reported.leader) log.info(fields, 'waiting for the lease of the leader');
    const unrenewedMs = this.#now() - this.#seen.since;
    const isUnrenewed = unrenewedMs >= leaseDurationMs;
    if (isUnrenewed && !this.#reported.isUnrenewed) {
      log.warn({ ...fields, unrenewedMs, runsOutInMs: this.runsOutInMs }, 'the leader does not renew its lease');
    }
    this.#reported = { leader, isUnrenewed };
  }

  async #write(lease: Lease | undefined, options: CallOptions): Promise<Lease> {
    const { client, lease: key } = this.#options;
    const spec = this.#renewed(lease?.spec ?? {});
    if (lease) return client.replace(leaseResource, { ...lease, spec }, options);
    const { group, version, kind } = leaseResource;
    return client.create(leaseResource, { apiVersion: `${group}/${version}`, kind, metadata: key, spec }, options);
  }

  #renewed(before: LeaseSpec): LeaseSpec {
    const { identity, leaseDurationMs, clock } = this.#options;
    const now = microTime(clock.now());
    const renewed = { ...before, leaseDurationSeconds: leaseDurationMs / 1000, renewTime: now };
    if (before.holderIdentity === identity) return renewed;
    const transitions = before.renewTime === undefined ? 0 : (before.leaseTransitions ?? 0) + 1;
    const leaseTransitions = Math.min(transitions, mostTransitions);
    return { ...renewed, holderIdentity: identity, acquireTime: now, leaseTransitions };
  }

  #now(): number {
    return this.#options.clock.elapsedMs();
  }
}
