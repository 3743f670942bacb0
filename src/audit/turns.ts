import { backoffDelay } from '../kubernetes/backoff.ts';
import { type Random, type Clock } from '../kubernetes/clock.ts';
import { Signal } from '../kubernetes/async.ts';

const backoff = { baseMs: 250, maxMs: 60_000 };

/** A turn that could not be taken is not tried more often than this unless it is rung for, in milliseconds. */
const shortestWaitMs = 1_000;

/** How turns go. */
export interface TurnsOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Takes one turn; whether there was something to do. Never rejects. */
  readonly take: () => Promise<boolean>;
  /** In how many milliseconds there is something to do without being rung for; Infinity when there is nothing to wait for. */
  readonly nextInMs: () => number;
}

/** Does something again and again, one turn after the other, as long as there is something to do; after failures ever less often. */
export class Turns {
  private readonly bell = new Signal();
  private failuresInRow = 0;
  private pausedUntilMs = 0;

  constructor(private readonly options: TurnsOptions) {}

  /** Whether the last turn went well. */
  get isWell(): boolean {
    return this.failuresInRow === 0;
  }

  /** Looks anew whether there is something to do. */
  ring(): void {
    this.bell.notify();
  }

  /** A turn went well. */
  succeed(): void {
    this.failuresInRow = 0;
  }

  /**
   * A turn went badly: the next one comes after a pause.
   *
   * @param leastMs how long it is at least
   * @returns how long it is, both in milliseconds
   */
  fail(leastMs: number): number {
    const delayMs = leastMs + backoffDelay(backoff, ++this.failuresInRow, this.options.random);
    this.pausedUntilMs = this.options.clock.elapsedMs() + delayMs;
    return delayMs;
  }

  /** Takes turns until the signal aborts; the one that has begun comes to its end. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.bell.notify());
    while (!signal.aborted) {
      const isPaused = this.options.clock.elapsedMs() < this.pausedUntilMs;
      if (isPaused || !(await this.options.take())) await this.wait();
    }
  }

  private async wait(): Promise<void> {
    const { clock, nextInMs } = this.options;
    const pauseMs = this.pausedUntilMs - clock.elapsedMs();
    const ms = pauseMs > 0 ? pauseMs : Math.max(shortestWaitMs, nextInMs());
    const cancel = ms === Infinity ? undefined : clock.setTimer(ms, () => this.bell.notify());
    await this.bell.wait();
    cancel?.();
  }
}
