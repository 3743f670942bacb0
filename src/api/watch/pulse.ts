import type { Clock } from '../../kubernetes/clock.ts';
import { Signal } from '../../kubernetes/async.ts';

/** Wakes a stream when there may be something to tell, and when nothing was told for a while. Dispose of it at the end. */
export class Pulse implements Disposable {
  private readonly bell = new Signal();
  private readonly unsubscribe: () => void;
  private lastTold: number;
  private cancelTimer: () => void;

  /** @param subscribe calls back when there may be more to tell; @param quietMs how long nothing may be told */
  constructor(
    private readonly clock: Clock,
    private readonly quietMs: number,
    private readonly signal: AbortSignal,
    subscribe: (ring: () => void) => () => void,
  ) {
    this.lastTold = clock.elapsedMs();
    this.unsubscribe = subscribe(this.ring);
    signal.addEventListener('abort', this.ring, { once: true });
    this.cancelTimer = clock.setTimer(quietMs, this.tick);
  }

  /** Whether nothing was told for so long that something has to be. */
  get isQuiet(): boolean {
    return this.clock.elapsedMs() - this.lastTold >= this.quietMs;
  }

  /** Notes that something is told. */
  told(): void {
    this.lastTold = this.clock.elapsedMs();
  }

  /** Resolves when there may be something to do. */
  wait(): Promise<void> {
    return this.bell.wait();
  }

  [Symbol.dispose](): void {
    this.cancelTimer();
    this.unsubscribe();
    this.signal.removeEventListener('abort', this.ring);
  }

  private readonly ring = (): void => this.bell.notify();

  /** One timer, set anew only when it has run out: setting one for each event would cost more than the event. */
  private readonly tick = (): void => {
    const left = this.quietMs - (this.clock.elapsedMs() - this.lastTold);
    this.cancelTimer = this.clock.setTimer(left > 0 ? left : this.quietMs, this.tick);
    if (left <= 0) this.ring();
  };
}
