import type { Clock } from './clock.ts';
import type { Failure } from './error-mapping.ts';

/** Bounds of one request. */
export interface Bounds {
  /** The caller's. */
  readonly signal?: AbortSignal;
  readonly timeoutMs: number;
}

/**
 * One signal made of the caller's signal and a time-out, that remembers which of the two ended the call.
 * (AbortSignal.any would do, but not tell, and ties every call to a signal that may live as long as the process.)
 */
export class CallLimit {
  readonly #controller = new AbortController();
  readonly #onAbort = () => this.#controller.abort();
  readonly #bounds: Bounds;
  readonly #cancelTimer: () => void;
  #timedOut = false;

  constructor(clock: Clock, bounds: Bounds) {
    this.#bounds = bounds;
    this.#cancelTimer = clock.setTimer(bounds.timeoutMs, () => {
      this.#timedOut = true;
      this.#controller.abort();
    });
    if (bounds.signal?.aborted) this.#onAbort();
    bounds.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the call has taken too long. */
  get isTimedOut(): boolean {
    return this.#timedOut;
  }

  /**
   * Settles as the work does, but rejects as soon as the call is over: a request that waits for a connection does not hear
   * of its signal before it has one.
   */
  async within<T>(work: Promise<T>): Promise<T> {
    const { signal } = this;
    const { promise: over, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(new Error('the call is over'));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([work, over]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** What a thrown error means in the light of who ended the call. */
  failure(error: unknown): Failure {
    const timeoutMs = this.#timedOut ? this.#bounds.timeoutMs : undefined;
    return { kind: 'thrown', error, cancelled: !this.#timedOut && this.#bounds.signal?.aborted === true, timeoutMs };
  }

  /** Lets the call go on for as long as its caller likes. */
  clearTimer(): void {
    this.#cancelTimer();
  }

  /** Lets go of the clock and of the caller's signal. */
  clear(): void {
    this.clearTimer();
    this.#bounds.signal?.removeEventListener('abort', this.#onAbort);
  }
}
