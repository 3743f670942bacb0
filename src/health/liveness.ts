import { Inject, Injectable, Optional } from '@nestjs/common';
import type { HealthIndicatorResult } from '@nestjs/terminus';
import { WorkQueue } from '../kubernetes/work-queue.ts';
import { workLoopHealth } from './health-rules.ts';

/**
 * Whether the process is alive: it responds, and no reconciliation is stuck. Only the process itself counts: a restart does
 * not repair the API server.
 */
@Injectable()
export class Liveness {
  /** @param queue of the controller; undefined in a process without that role */
  constructor(@Optional() @Inject(WorkQueue) private readonly queue?: Pick<WorkQueue, 'processingTimesMs'>) {}

  check(): HealthIndicatorResult {
    return this.queue === undefined ? {} : workLoopHealth(this.queue.processingTimesMs());
  }
}
