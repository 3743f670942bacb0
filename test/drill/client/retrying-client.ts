import { setTimeout as delay } from 'node:timers/promises';
import type { AttemptResult } from './attempts.ts';
import type { Endpoint } from './connections.ts';
import type { CallSummary } from './call-summary.ts';

/** Milliseconds between two tries where the service says nothing of it. */
const retryMs = 100;

/** What a client knows before its first call. */
export interface RetryingClientOptions {
  /** The replicas that take calls, as the Service of a cluster has them at the moment. */
  readonly endpoints: () => readonly Endpoint[];
  readonly summary: CallSummary;
  /** At which replica it begins. */
  readonly index: number;
  /** Aborts when the drill is over, or is called off. */
  readonly signal: AbortSignal;
}

/** A client as docs/api.md asks for: it stays with a replica, and tries again at another one what that can not answer. */
export class RetryingClient {
  /** Why calls were tried again or failed, with how often. */
  readonly errors = new Map<string, number>();
  readonly #options: RetryingClientOptions;
  #turn: number;

  constructor(options: RetryingClientOptions) {
    this.#options = options;
    this.#turn = options.index;
  }

  /**
   * A call, tried until it is answered.
   *
   * @throws Error when it has failed for good, or the drill is over
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

  /** The replica that it stays with. */
  get endpoint(): Endpoint {
    const endpoints = this.#options.endpoints();
    const endpoint = endpoints[this.#turn % endpoints.length];
    if (endpoint === undefined) throw new Error('no replica takes calls');
    return endpoint;
  }

  /** Goes on at the next replica. */
  moveOn(): void {
    this.#turn += 1;
  }
}
