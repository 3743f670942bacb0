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
import { PipelineRunRetention } from './pipelinerun/pipeline-run-retention.ts';

/**
 * Repairs what a watch may have missed: lists everything again, enqueues every execution and orphaned PipelineRun, and
 * removes unused locks. The keys are spread over the interval, so that new executions do not wait behind thousands of keys.
 */
@Injectable()
export class Resync {
  constructor(
    private readonly queue: WorkQueue,
    private readonly informers: Informers,
    private readonly retention: PipelineRunRetention,
    private readonly locks: TargetLocks,
    @InjectReflector(leaseResource) private readonly leases: Reflector<Lease>,
    @Inject(CONFIG) private readonly config: Pick<Config, 'resyncMs'>,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Resyncs every `resyncMs`, one after the other, until the signal aborts; the first starts after one interval. */
  async run(signal: AbortSignal): Promise<void> {
    const { resyncMs } = this.config;
    await sleep(this.clock, resyncMs, signal);
    while (!signal.aborted) {
      await Promise.all([this.once(resyncMs, signal), sleep(this.clock, resyncMs, signal)]);
    }
  }

  /** Resyncs once, spread over `withinMs` milliseconds. Never rejects. */
  async once(withinMs: number, signal: AbortSignal): Promise<void> {
    this.informers.relist();
    await Promise.all([this.enqueueAll(withinMs, signal), this.collectLocks(withinMs, signal)]);
  }

  private async enqueueAll(withinMs: number, signal: AbortSignal): Promise<void> {
    const keys = [...this.informers.executionKeys(), ...this.retention.orphans()];
    for await (const key of pace(keys, withinMs, this.clock, signal)) this.queue.add(key);
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
