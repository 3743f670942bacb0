import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit, Optional } from '@nestjs/common';
import type { HealthIndicatorResult } from '@nestjs/terminus';
import { sleep } from '../kubernetes/async.ts';
import { CLOCK, type Clock } from '../kubernetes/clock.ts';
import { WorkQueue } from '../kubernetes/work-queue.ts';
import { combine, eventLoopHealth, workLoopHealth } from './health-rules.ts';

const timerMs = 1_000;

/**
 * Whether the process is alive: its timers fire and no reconciliation is stuck. Only the process itself counts: a restart does
 * not repair the API server.
 */
@Injectable()
export class Liveness implements OnModuleInit, OnApplicationShutdown {
  private readonly stop = new AbortController();
  private timerFiredAt: number;

  /** @param queue of the controller; undefined in a process without that role */
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Optional() @Inject(WorkQueue) private readonly queue?: Pick<WorkQueue, 'processingTimesMs'>,
  ) {
    this.timerFiredAt = clock.elapsedMs();
  }

  onModuleInit(): void {
    void this.run(this.stop.signal);
  }

  onApplicationShutdown(): void {
    this.stop.abort();
  }

  /** Observes a timer of one second until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.clock, timerMs, signal);
      this.timerFiredAt = this.clock.elapsedMs();
    }
  }

  check(): HealthIndicatorResult {
    const eventLoop = eventLoopHealth(this.clock.elapsedMs() - this.timerFiredAt);
    return this.queue === undefined ? eventLoop : combine([eventLoop, workLoopHealth(this.queue.processingTimesMs())]);
  }
}
