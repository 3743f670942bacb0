import { Inject, Injectable } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CONFIG, type Config } from '../config/config.ts';
import { aborted, pace } from '../kubernetes/async.ts';
import { CLOCK, type Clock } from '../kubernetes/clock.ts';
import { WorkQueue } from '../kubernetes/work-queue.ts';
import { LockGc } from './lock-gc.ts';
import { Informers } from './informers.ts';
import { PipelineRunRetention } from './pipelinerun/pipeline-run-retention.ts';

/** Of the interval, in the registry of @nestjs/schedule. */
const intervalName = 'reconciler-resync';

/**
 * Repairs, regularly, what a watch may have missed: everything is listed again, every execution and every lock is looked
 * at. Looks at one after the other are pace over the time until the next resync, for what comes new meanwhile must not
 * wait behind thousands that have nothing to say.
 */
@Injectable()
export class Resync {
  constructor(
    private readonly queue: WorkQueue,
    private readonly mirrors: Informers,
    private readonly collector: LockGc,
    private readonly scheduler: SchedulerRegistry,
    @Inject(CONFIG) private readonly config: Pick<Config, 'resyncMs'>,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly retention: PipelineRunRetention,
  ) {}

  /** Every `resyncMs`, the first time after one; a resync that takes longer goes on instead of the next. */
  async run(signal: AbortSignal): Promise<void> {
    const { resyncMs } = this.config;
    let running: Promise<void> | undefined;
    const begin = (): void => {
      running ??= this.once(resyncMs, signal).finally(() => (running = undefined));
    };
    this.scheduler.addInterval(intervalName, setInterval(begin, resyncMs));
    await aborted(signal);
    this.scheduler.deleteInterval(intervalName);
    await running;
  }

  /**
   * Looks at everything once. Never rejects.
   *
   * @param withinMs how long it may take
   */
  async once(withinMs: number, signal: AbortSignal): Promise<void> {
    this.mirrors.relist();
    await Promise.all([this.reconcile(withinMs, signal), this.collector.collect(withinMs, signal)]);
  }

  private async reconcile(withinMs: number, signal: AbortSignal): Promise<void> {
    const keys = [...this.mirrors.executionKeys(), ...this.retention.orphans()];
    for await (const key of pace(keys, withinMs, this.clock, signal)) this.queue.add(key);
  }
}
