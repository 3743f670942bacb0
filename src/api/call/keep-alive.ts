import type { Clock } from '../../kubernetes/clock.ts';

/** How long a stream is silent at most, in milliseconds: less than proxies wait on an idle connection. */
export const keepAliveMs = 15_000;

/** Sends something on a stream whenever nothing was sent for {@link keepAliveMs}. Dispose of it when the stream ends. */
export class KeepAlive implements Disposable {
  private lastSent: number;
  private cancelTimer: () => void;

  constructor(
    private readonly clock: Clock,
    private readonly send: () => void,
  ) {
    this.lastSent = clock.elapsedMs();
    this.cancelTimer = clock.setTimer(keepAliveMs, this.check);
  }

  /** Notes that something was sent. */
  sent(): void {
    this.lastSent = this.clock.elapsedMs();
  }

  [Symbol.dispose](): void {
    this.cancelTimer();
  }

  /** One timer, set anew only when it has run out: setting one for each line would cost more than the line. */
  private readonly check = (): void => {
    const left = keepAliveMs - (this.clock.elapsedMs() - this.lastSent);
    if (left <= 0) {
      this.send();
      this.sent();
    }
    this.cancelTimer = this.clock.setTimer(left > 0 ? left : keepAliveMs, this.check);
  };
}
