import { backoffDelay, type BackoffPolicy } from './backoff.ts';
import { type Random, systemClock, type Clock } from './clock.ts';
import { CancelledError, KubernetesError } from './errors.ts';
import { silentLogger, type Logger } from './logger.ts';

/** How work on a key ended: done, done for now and to be come back to, or failed and to be tried again. */
export type WorkResult = 'success' | 'requeue_after' | 'error';

/** Is told what happens in a work queue, in passing: it must neither throw nor wait. */
export interface WorkQueueObserver {
  /** A key was taken in that was not waiting already. */
  added(): void;
  /** A key is handed out that has waited so many milliseconds, without the delay that it may have been given. */
  started(waitedMs: number): void;
  /** Work on a key has ended after so many milliseconds. */
  ended(workedMs: number, result: WorkResult): void;
  /** A key that failed is to be tried again. */
  retried(): void;
}

const nothing = () => undefined;

/** The default, where nobody wants to know. */
export const unobserved: WorkQueueObserver = { added: nothing, started: nothing, ended: nothing, retried: nothing };

/** What a handler may say after success: come back to this key after so many milliseconds. */
export interface HandlerResult {
  readonly requeueAfterMs?: number;
}

/** Works on one key. Throwing means failure: the key comes back after its backoff. */
export type KeyHandler = (key: string, signal: AbortSignal) => Promise<HandlerResult | void>;

/** Settings of a queue; all have defaults. */
export interface WorkQueueOptions {
  /** Appears in log lines. */
  readonly name?: string;
  /** Delays after failures in a row of one key; default 100 ms to 2 min. */
  readonly backoff?: BackoffPolicy;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Logger;
  readonly observer?: WorkQueueObserver;
}

/** How a queue is worked off. */
export interface RunOptions {
  /** Number of keys in work at once. */
  readonly concurrency: number;
  /** Stops the run at once: handlers see it, nothing more is handed out. */
  readonly signal: AbortSignal;
}

interface Delay {
  readonly due: number;
  readonly cancel: () => void;
}

/**
 * A queue of keys for a control loop (the shape of client-go's rate limiting work queue).
 * - A key is never in work twice at once; adding it meanwhile queues it once more when that work ends.
 * - A key waiting in the queue is there once, however often it is added. First in, first out.
 * - Failures back off per key, exponentially with full jitter; a poisoned key never stops the others.
 */
export class WorkQueue {
  readonly #name: string;
  readonly #policy: BackoffPolicy;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Logger;
  readonly #observer: WorkQueueObserver;

  // Each key with since when it is there, in milliseconds of the clock.
  /** Keys to hand out. The map is in order of insertion. */
  readonly #ready = new Map<string, number>();
  readonly #processing = new Map<string, number>();
  /** Keys that were added while in work. */
  readonly #dirty = new Map<string, number>();
  readonly #delays = new Map<string, Delay>();
  readonly #failures = new Map<string, number>();
  #run: { readonly handler: KeyHandler; readonly options: RunOptions; readonly finish: () => void } | undefined;
  #draining = false;
  readonly #idleWaiters = new Set<() => void>();

  constructor(options: WorkQueueOptions = {}) {
    this.#name = options.name ?? 'work';
    this.#policy = options.backoff ?? { baseMs: 100, maxMs: 120_000 };
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#log = options.log ?? silentLogger;
    this.#observer = options.observer ?? unobserved;
  }

  /** Appears in log lines and metrics. */
  get name(): string {
    return this.#name;
  }

  /** Keys that wait to be handed out now (not those with a delay). */
  get length(): number {
    return this.#ready.size + this.#dirty.size;
  }

  /** Keys in work. */
  get inFlight(): number {
    return this.#processing.size;
  }

  /** How long each key that is in work has been so, in milliseconds. */
  inWorkForMs(): number[] {
    const now = this.#clock.elapsedMs();
    return [...this.#processing.values()].map((since) => now - since);
  }

  /** Failures in a row of a key since its last success or {@link forget}. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Queues a key now. After {@link drain} it does nothing. */
  add(key: string): void {
    if (this.#draining) return;
    const waiting = this.#processing.has(key) ? this.#dirty : this.#ready;
    if (!waiting.has(key)) {
      waiting.set(key, this.#clock.elapsedMs());
      this.#observer.added();
    }
    this.#dispatch();
  }

  /** Queues a key after `ms` milliseconds. Of several delays of one key the earliest counts. */
  addAfter(key: string, ms: number): void {
    if (this.#draining) return;
    const due = this.#clock.now().getTime() + ms;
    const earlier = this.#delays.get(key);
    if (earlier && earlier.due <= due) return;
    earlier?.cancel();
    const cancel = this.#clock.setTimer(ms, () => {
      this.#delays.delete(key);
      this.add(key);
    });
    this.#delays.set(key, { due, cancel });
  }

  /** Counts a failure of the key and queues it after its backoff, but not before `atLeastMs`. */
  addRateLimited(key: string, atLeastMs = 0): void {
    const failures = this.failures(key) + 1;
    this.#failures.set(key, failures);
    this.#observer.retried();
    this.addAfter(key, atLeastMs + backoffDelay(this.#policy, failures, this.#random));
  }

  /** Forgets the failures of a key. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /**
   * Hands out keys until `signal` aborts or the queue is drained, and resolves when the last handler has ended.
   * One run at a time.
   */
  run(handler: KeyHandler, options: RunOptions): Promise<void> {
    if (this.#run) throw new Error(`The queue "${this.#name}" is already being worked off`);
    return new Promise((resolve) => {
      this.#run = { handler, options, finish: resolve };
      options.signal.addEventListener('abort', () => this.#settle(), { once: true });
      this.#dispatch();
      this.#settle();
    });
  }

  /**
   * Takes in nothing more, drops what is delayed, lets the run work off what is ready, and resolves when no key is in
   * work or ready. Without a run it resolves at once. To bound it, abort the run's signal after a while.
   */
  drain(): Promise<void> {
    this.#draining = true;
    for (const delay of this.#delays.values()) delay.cancel();
    this.#delays.clear();
    return new Promise((resolve) => {
      this.#idleWaiters.add(resolve);
      this.#settle();
    });
  }

  #dispatch(): void {
    const run = this.#run;
    if (!run) return;
    while (!run.options.signal.aborted && this.#processing.size < run.options.concurrency) {
      const [next] = this.#ready;
      if (next === undefined) return;
      const [key, since] = next;
      const now = this.#clock.elapsedMs();
      this.#ready.delete(key);
      this.#processing.set(key, now);
      this.#observer.started(now - since);
      void this.#process(key, run.handler, run.options.signal);
    }
  }

  async #process(key: string, handler: KeyHandler, signal: AbortSignal): Promise<void> {
    const since = this.#clock.elapsedMs();
    const result = await this.#handle(key, handler, signal);
    this.#observer.ended(this.#clock.elapsedMs() - since, result);
    this.#processing.delete(key);
    const dirtySince = this.#dirty.get(key);
    this.#dirty.delete(key);
    if (dirtySince !== undefined) this.#ready.set(key, dirtySince);
    this.#dispatch();
    this.#settle();
  }

  async #handle(key: string, handler: KeyHandler, signal: AbortSignal): Promise<WorkResult> {
    try {
      const result = await handler(key, signal);
      this.forget(key);
      if (result?.requeueAfterMs === undefined) return 'success';
      this.addAfter(key, result.requeueAfterMs);
      return 'requeue_after';
    } catch (error) {
      this.#failed(key, error, signal);
      return 'error';
    }
  }

  #failed(key: string, error: unknown, signal: AbortSignal): void {
    if (signal.aborted && error instanceof CancelledError) return;
    this.addRateLimited(key, error instanceof KubernetesError ? error.retryAfterMs : undefined);
    const fields = { queue: this.#name, key, failures: this.failures(key), err: error };
    this.#log.warn(fields, 'work on a key failed, it comes back after its backoff');
  }

  /** Ends the run and tells those who wait, once there is nothing left to do for them. */
  #settle(): void {
    const stopped = this.#run?.options.signal.aborted ?? true;
    const nothingLeft = this.#processing.size === 0 && (stopped || this.#ready.size === 0);
    if (!nothingLeft || !(stopped || this.#draining)) return;
    this.#run?.finish();
    this.#run = undefined;
    if (!this.#draining) return;
    for (const resolve of this.#idleWaiters) resolve();
    this.#idleWaiters.clear();
  }
}
