import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.ts';
import { sleep, pace } from '../kubernetes/async.ts';
import { type Clock, CLOCK } from '../kubernetes/clock.ts';
import { InjectReflector } from '../kubernetes/kubernetes.module.ts';
import { leaseResource, type Lease } from '../kubernetes/lease.ts';
import type { Logger } from '../kubernetes/logger.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import { WorkQueue } from '../kubernetes/work-queue.ts';
import { TargetLocks } from '../locking/target-locks.ts';
import { LOGGER } from './executions/tokens.ts';
import { Informers } from './informers.ts';
import { PipelineRunSweep } from './cleanup/pipeline-run-sweep.ts';

/**
 * Repairs what a watch may have missed: lists everything again, enqueues every execution that is not settled, sweeps
 * PipelineRuns and removes unused locks. The keys are spread over the interval, so that new executions do not wait behind thousands of keys.
 */
@Injectable()
export class Resync {
  constructor(
    private readonly queue: WorkQueue,
    private readonly informers: Informers,
    private readonly sweep: PipelineRunSweep,
    private readonly locks: TargetLocks,
    @InjectReflector(leaseResource) private readonly leases: Reflector<Lease>,
    @Inject(CONFIG) private readonly config: Pick<Config, 'resyncMs'>,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /**
   * Resyncs every `resyncMs`, one after the other, until the signal aborts; the first starts after one interval. The caches are
   * complete before that, but for the PipelineRuns that a sweep finds.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { resyncMs } = this.config;
    await Promise.all([this.sweep.once(signal), sleep(this.clock, resyncMs, signal)]);
    while (!signal.aborted) {
      await Promise.all([this.once(resyncMs, signal), sleep(this.clock, resyncMs, signal)]);
    }
  }

  /** Resyncs once, spread over `withinMs` milliseconds. Never rejects. */
  async once(withinMs: number, signal: AbortSignal): Promise<void> {
    this.informers.relist();
    const { sweep } = this;
    await Promise.all([this.enqueueAll(withinMs, signal), this.collectLocks(withinMs, signal), sweep.once(signal)]);
  }

  private async enqueueAll(withinMs: number, signal: AbortSignal): Promise<void> {
    for await (const key of pace(this.informers.executionKeys(), withinMs, this.clock, signal)) this.queue.add(key);
  }

  /** Garbage-collects locks; an error is logged, and the lock is left for the next resync. */
  private async collectLocks(withinMs: number, signal: AbortSignal): Promise<void> {
    const names = this.leases.store.list().map(({ metadata }) => metadata.name);
    for await (const name of pace(names, withinMs, this.clock, signal)) {
      try {
        await this.locks.collect(name, this.clock.now(), signal);
      } catch (err) {
        if (!signal.aborted) this.log.warn({ lease: name, err }, 'lock not collected');
      }
    }
  }
}
