import { sleep } from '../kubernetes/async.ts';
import { backoffDelay } from '../kubernetes/backoff.ts';
import type { Clock, Random } from '../kubernetes/clock.ts';

const policy = { baseMs: 250, maxMs: 60_000 };

/** A kind of request to data storage. */
export type RequestKind = 'ingest' | 'query';

/**
 * Holds back all requests to data storage after one has failed, for longer with each failure in a row. An outage concerns
 * every correlation id: with a backoff for each, a backlog of thousands would become as many requests.
 */
export class RequestBackoff {
  private readonly failures: Record<RequestKind, number> = { ingest: 0, query: 0 };
  private pausedUntilMs = 0;

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  /** Resolves with true when requests may be sent, or with false if they may not when the signal has aborted. */
  async wait(signal: AbortSignal): Promise<boolean> {
    while (this.remainingMs > 0) {
      if (signal.aborted) return false;
      await sleep(this.clock, this.remainingMs, signal);
    }
    return true;
  }

  /** A request succeeded. */
  succeeded(kind: RequestKind): void {
    this.failures[kind] = 0;
  }

  /**
   * A request failed.
   *
   * @param atLeastMs the shortest pause
   * @returns the pause; both in milliseconds
   */
  failed(kind: RequestKind, atLeastMs: number): number {
    // Concurrent requests that fail together count once.
    if (this.remainingMs <= 0) this.failures[kind] += 1;
    const delayMs = atLeastMs + backoffDelay(policy, this.failures[kind], this.random);
    this.pausedUntilMs = Math.max(this.pausedUntilMs, this.clock.elapsedMs() + delayMs);
    return this.remainingMs;
  }

  private get remainingMs(): number {
    return this.pausedUntilMs - this.clock.elapsedMs();
  }
}
