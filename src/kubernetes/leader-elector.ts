import { type Random, systemClock, type Clock } from './clock.ts';
import { sleep } from './async.ts';
import { LeaseClaim, type LeaseClaimOptions } from './lease-claim.ts';
import { silentLogger, type Logger } from './logger.ts';

/** What a candidate needs. The durations (milliseconds) default to those of Kubernetes' own components. */
export interface LeaderElectorOptions extends Pick<LeaseClaimOptions, 'client' | 'lease' | 'permanent'> {
  /**
   * Unique for each process, also across restarts: the name of the pod and something random. Of a permanent Lease, unique for
   * each group of processes that follow one another.
   */
  readonly identity: string;
  /** After so long without a renewal another candidate may lead; whole seconds. Default 15 000. */
  readonly leaseDurationMs?: number;
  /** After so long without a renewal the leader stops leading; less than the lease lasts. Default 10 000. */
  readonly renewDeadlineMs?: number;
  /** Pause between renewals, and (half of it or more) between attempts to become the leader. Default 2 000. */
  readonly retryPeriodMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Logger;
}

/**
 * How leading ended: because it was asked to or had done its work, because the lease could not be kept, or before it began,
 * because somebody else has a permanent Lease.
 */
export type LeadershipEnd = 'stopped' | 'lost' | 'refused';

/** What a leader does; it ends when its signal aborts. */
export type LeaderWork = (leading: AbortSignal) => Promise<void>;

/**
 * One candidate for leadership by a coordination.k8s.io Lease (the shape of client-go's leader election). A leader stops
 * leading when it could not renew for the renew deadline, which comes before anybody else may take over.
 */
export class LeaderElector {
  readonly #claim: LeaseClaim;
  readonly #identity: string;
  readonly #renewDeadlineMs: number;
  readonly #retryPeriodMs: number;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Logger;

  constructor(options: LeaderElectorOptions) {
    const { leaseDurationMs = 15_000, renewDeadlineMs = 10_000, retryPeriodMs = 2_000 } = options;
    if (!(retryPeriodMs < renewDeadlineMs && renewDeadlineMs < leaseDurationMs)) {
      throw new RangeError('The retry period must be shorter than the renew deadline, and that shorter than the lease');
    }
    if (leaseDurationMs % 1000 !== 0) throw new RangeError('A lease lasts whole seconds');
    const { clock = systemClock, random = Math.random, log = silentLogger } = options;
    this.#claim = new LeaseClaim({ ...options, leaseDurationMs, renewDeadlineMs, clock, log });
    this.#identity = options.identity;
    this.#renewDeadlineMs = renewDeadlineMs;
    this.#retryPeriodMs = retryPeriodMs;
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
  }

  /** Whether this process may act as the leader at this moment; false as soon as the renew deadline has passed. */
  get isLeader(): boolean {
    return this.#claim.leftMs > 0;
  }

  /** Identity of the leader as last seen; undefined when there is none or none was seen yet. */
  get leader(): string | undefined {
    return this.#claim.holder;
  }

  /**
   * Waits until this process is the leader, then calls `work` once and keeps the lease until it ends. When `signal`
   * aborts, `work` is told by its own signal and may take its time to drain: the lease is kept meanwhile and released
   * after. When the lease is lost, `work` is told too, but not waited for, and this resolves to `lost` at once: another
   * process may lead already, and the caller should end this one. Resolves to `refused`, without any work, as soon as a
   * permanent Lease is seen to be somebody else's. Rejects with what `work` rejects with.
   */
  async run(signal: AbortSignal, work: LeaderWork): Promise<LeadershipEnd> {
    const acquired = await this.#acquire(signal);
    if (acquired !== 'acquired') return acquired;
    const stop = new AbortController();
    const onAbort = () => stop.abort();
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await this.#lead(work, stop);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #acquire(signal: AbortSignal): Promise<'acquired' | 'stopped' | 'refused'> {
    while (!signal.aborted) {
      if (await this.#claim.attempt(this.#renewDeadlineMs / 2, signal)) return 'acquired';
      if (this.#claim.refusedFor !== undefined) return 'refused';
      await sleep(this.#clock, this.#pauseMs(), signal);
    }
    return 'stopped';
  }

  /** Often enough to see each renewal soon after it was made, and again at the very moment when the lease runs out. */
  #pauseMs(): number {
    const pauseMs = (this.#retryPeriodMs * (1 + this.#random())) / 2;
    return this.#claim.runsOutInMs > 0 ? Math.min(pauseMs, this.#claim.runsOutInMs) : pauseMs;
  }

  async #lead(work: LeaderWork, stop: AbortController): Promise<LeadershipEnd> {
    const ended = new AbortController();
    const working = Promise.try(work, stop.signal).finally(() => ended.abort());
    // It is awaited, or logged, when the lease has been dealt with.
    working.catch(() => undefined);
    if (await this.#keep(ended.signal)) {
      await this.#claim.release();
      await working;
      return 'stopped';
    }
    this.#claim.forget();
    this.#log.error({ identity: this.#identity, leader: this.leader }, 'the lease is lost');
    stop.abort();
    working.catch((err: unknown) => this.#log.warn({ err }, 'the work of a leader that lost its lease failed'));
    return 'lost';
  }

  /** Renews until `ended` aborts; false when the lease is lost. */
  async #keep(ended: AbortSignal): Promise<boolean> {
    while (this.isLeader && this.leader === this.#identity) {
      await sleep(this.#clock, Math.min(this.#retryPeriodMs, this.#claim.leftMs), ended);
      if (ended.aborted) return true;
      // Half of the deadline, so that a request that hangs leaves time for another one.
      const timeoutMs = Math.min(this.#claim.leftMs, this.#renewDeadlineMs / 2);
      if (timeoutMs > 0) await this.#claim.attempt(timeoutMs, ended);
    }
    return ended.aborted;
  }
}
