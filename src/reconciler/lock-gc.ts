import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../kubernetes/clock.ts';
import { InjectReflector } from '../kubernetes/kubernetes.module.ts';
import { type Lease, leaseResource } from '../kubernetes/lease.ts';
import type { Logger } from '../kubernetes/logger.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import { pace } from '../kubernetes/async.ts';
import { TargetLocks } from '../locking/target-locks.ts';
import { LOGGER } from './executions/tokens.ts';

/** Removes the locks that have nothing to say any more. */
@Injectable()
export class LockGc {
  constructor(
    private readonly locks: TargetLocks,
    @InjectReflector(leaseResource) private readonly leases: Reflector<Lease>,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /**
   * Looks at every lock once. A lock that makes trouble is told and left for the next time.
   *
   * @param withinMs how long that may take
   */
  async collect(withinMs: number, signal: AbortSignal): Promise<void> {
    const names = this.leases.store.list().map(({ metadata }) => metadata.name);
    for await (const name of pace(names, withinMs, this.clock, signal)) await this.collectOne(name, signal);
  }

  private async collectOne(name: string, signal: AbortSignal): Promise<void> {
    try {
      await this.locks.collect(name, this.clock.now(), signal);
    } catch (err) {
      if (!signal.aborted) this.log.warn({ lease: name, err }, 'a lock could not be collected');
    }
  }
}
