import { sleep } from '../kubernetes/async.ts';
import { backoffDelay } from '../kubernetes/backoff.ts';
import type { Clock, Random } from '../kubernetes/clock.ts';

const policy = { baseMs: 250, maxMs: 60_000 };

/** A kind of request to data storage. */
export type RequestKind = 'ingest' | 'query';

/**
 * Delays requests to data storage after failures. In an outage all correlation ids pause, for longer the more of them have
 * failed since the last success: with a backoff for each, a backlog of thousands would become as many requests. A correlation
 * id that fails alone waits by itself, for longer the more often it has failed in a row.
 */
export class RequestBackoff {
  /** The correlation ids that have failed since the last success. */
  private readonly failing: Record<RequestKind, Set<string>> = { ingest: new Set(), query: new Set() };
  /** Failures of each correlation id since its last success or progress. */
  private readonly failures: Record<RequestKind, Map<string, number>> = { ingest: new Map(), query: new Map() };
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

  /** A request succeeded. A query that succeeds says nothing about an event that cannot be stored. */
  succeeded(kind: RequestKind, correlationId: string): void {
    this.failing[kind].clear();
    this.failures[kind].delete(correlationId);
  }

  /** An event of a correlation id was stored or accepted, or nothing of it has to be retried. */
  progressed(correlationId: string): void {
    for (const failures of Object.values(this.failures)) failures.delete(correlationId);
  }

  /**
   * A request failed.
   *
   * @param retryAfterMs the shortest pause of all requests
   * @returns the delay of this correlation id; both in milliseconds
   */
  failed(kind: RequestKind, correlationId: string, retryAfterMs: number): number {
    const failing = this.failing[kind];
    // Concurrent requests that fail together count once.
    if (this.remainingMs <= 0) failing.add(correlationId);
    const pauseMs = retryAfterMs + backoffDelay(policy, failing.size, this.random);
    this.pausedUntilMs = Math.max(this.pausedUntilMs, this.clock.elapsedMs() + pauseMs);
    const failures = (this.failures[kind].get(correlationId) ?? 0) + 1;
    this.failures[kind].set(correlationId, failures);
    return Math.max(this.remainingMs, backoffDelay(policy, failures, this.random));
  }

  private get remainingMs(): number {
    return this.pausedUntilMs - this.clock.elapsedMs();
  }
}
