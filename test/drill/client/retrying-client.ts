import { setTimeout as delay } from 'node:timers/promises';
import type { AttemptResult } from './attempts.ts';
import type { Endpoint } from './connections.ts';
import type { CallSummary } from './call-summary.ts';

/** Default retry delay in milliseconds. */
const retryMs = 100;

/** Options of a client. */
export interface RetryingClientOptions {
  /** Current endpoints, as of a Service. */
  readonly endpoints: () => readonly Endpoint[];
  readonly summary: CallSummary;
  /** Index of its first replica. */
  readonly index: number;
  /** Aborts at the end of the drill. */
  readonly signal: AbortSignal;
}

/** A client as docs/api.md recommends: it stays with a replica and retries at another one. */
export class RetryingClient {
  /** Errors of retried and failed calls, with their counts. */
  readonly errors = new Map<string, number>();
  readonly #options: RetryingClientOptions;
  #turn: number;

  constructor(options: RetryingClientOptions) {
    this.#options = options;
    this.#turn = options.index;
  }

  /**
   * Retries a call until it is answered.
   *
   * @throws Error if it failed permanently, or the drill is over
   */
  async call<T>(attempt: (endpoint: Endpoint) => Promise<AttemptResult<T>>): Promise<T> {
    const { summary, signal } = this.#options;
    for (;;) {
      signal.throwIfAborted();
      const startedMs = performance.now();
      const tried = await attempt(this.endpoint);
      summary.add({ startedMs, endedMs: performance.now(), outcome: tried.outcome });
      if (tried.outcome === 'answered') return tried.answer;
      this.errors.set(tried.why, (this.errors.get(tried.why) ?? 0) + 1);
      if (tried.outcome === 'failed') throw new Error(tried.why);
      this.moveOn();
      await delay(Math.max(retryMs, tried.waitMs ?? 0), undefined, { signal });
    }
  }

  /** Its current replica. */
  get endpoint(): Endpoint {
    const endpoints = this.#options.endpoints();
    const endpoint = endpoints[this.#turn % endpoints.length];
    if (endpoint === undefined) throw new Error('no replica accepts calls');
    return endpoint;
  }

  /** Moves to the next replica. */
  moveOn(): void {
    this.#turn += 1;
  }
}
