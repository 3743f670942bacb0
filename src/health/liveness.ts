import { sleep } from '../kubernetes/async.ts';
import { type Clock } from '../kubernetes/clock.ts';
import type { WorkQueue } from '../kubernetes/work-queue.ts';
import { eventLoopFinding, workLoopFinding } from './decide.ts';
import type { Finding } from './finding.ts';

const beatEveryMs = 1_000;

/**
 * Whether the process should be left alone: its event loop and the loop that works on executions move. Nothing outside of
 * the process is asked; a restart would not bring an API server back.
 */
export class Liveness {
  readonly #queue: Pick<WorkQueue, 'inWorkForMs'> | undefined;
  readonly #clock: Clock;
  #beatAt: number;

  /** @param queue the controller's; undefined in a process that does not reconcile */
  constructor(queue: Pick<WorkQueue, 'inWorkForMs'> | undefined, clock: Clock) {
    this.#queue = queue;
    this.#clock = clock;
    this.#beatAt = clock.elapsedMs();
  }

  /** Has a timer fire once a second, until the signal aborts. */
  async beat(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.#clock, beatEveryMs, signal);
      this.#beatAt = this.#clock.elapsedMs();
    }
  }

  findings(): Finding[] {
    const eventLoop = eventLoopFinding(this.#clock.elapsedMs() - this.#beatAt);
    return this.#queue === undefined ? [eventLoop] : [eventLoop, workLoopFinding(this.#queue.inWorkForMs())];
  }
}
