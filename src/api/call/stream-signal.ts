import { streamKeepAliveMs } from '../../config/limits.ts';
import type { Clock } from '../../kubernetes/clock.ts';
import { Signal } from '../../kubernetes/async.ts';

/** Wakes a stream when there is news, when it is aborted, and when a keep-alive is due. Dispose of it when the stream ends. */
export class StreamSignal implements Disposable {
  private readonly news = new Signal();
  private lastSentMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {
    this.lastSentMs = clock.elapsedMs();
    signal.addEventListener('abort', this.notify, { once: true });
  }

  /** Whether nothing was sent for {@link streamKeepAliveMs}. */
  get isKeepAliveDue(): boolean {
    return this.clock.elapsedMs() - this.lastSentMs >= streamKeepAliveMs;
  }

  /** Records that something is sent. */
  sent(): void {
    this.lastSentMs = this.clock.elapsedMs();
  }

  /** Ends the current {@link wait}, or the next one. */
  readonly notify = (): void => this.news.notify();

  /** Resolves when notified or aborted, when a keep-alive is due, and after `atMostMs` milliseconds. */
  async wait(atMostMs = Infinity): Promise<void> {
    const silentMs = this.clock.elapsedMs() - this.lastSentMs;
    const cancel = this.clock.setTimer(Math.min(atMostMs, streamKeepAliveMs - silentMs), this.notify);
    await this.news.wait();
    cancel();
  }

  [Symbol.dispose](): void {
    this.signal.removeEventListener('abort', this.notify);
  }
}
