import { addAbortListener } from 'node:events';
import { backoffDelay, type BackoffPolicy } from './backoff.ts';
import { systemClock, type Clock, type Random } from './clock.ts';
import { CancelledError, KubernetesError } from './errors.ts';
import { FairQueue } from './fair-queue.ts';
import { silentLogger, type Logger } from './logger.ts';

/** The result of a handler that succeeded: whether to process the key again after some time. */
export interface HandlerResult {
  readonly requeueAfterMs?: number;
}

/** Processes one key. When it throws, the key is retried after a backoff. */
export type KeyHandler = (key: string, signal: AbortSignal) => Promise<HandlerResult | void>;

/** How the processing of a key ended; the labels of controller-runtime. */
export type WorkResult = 'success' | 'requeue_after' | 'error';

/** Called synchronously by a queue, for metrics. Must not throw. */
export interface WorkQueueObserver {
  /** A key was added that was not waiting already. */
  added(): void;
  /** Processing of a key started after it waited in the queue, delays not included. */
  started(waitedMs: number): void;
  ended(workedMs: number, result: WorkResult): void;
  /** A failed key will be retried. */
  retried(): void;
}

/** Settings of a queue; all have defaults. */
export interface WorkQueueOptions {
  /** For log lines. */
  readonly name?: string;
  /** Backoff per key; default 100 ms to 2 min. */
  readonly backoff?: BackoffPolicy;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Logger;
  readonly observer?: WorkQueueObserver;
  /** Whether a key waits until no other one does; asked each time that it is added. */
  readonly isBackground?: (key: string) => boolean;
  /** The group of a key; groups take turns. Default: all keys are in one group. */
  readonly groupOf?: (key: string) => string;
}

/** How a queue is processed. */
export interface RunOptions {
  /** Maximum number of keys processed at the same time. */
  readonly concurrency: number;
  /** Stops the run: passed to handlers, and no other key is processed. */
  readonly signal: AbortSignal;
}

interface Delay {
  readonly due: number;
  readonly cancel: () => void;
}

interface Run {
  readonly handler: KeyHandler;
  readonly options: RunOptions;
  readonly finish: () => void;
}

/**
 * A queue of keys, as client-go's rate-limiting work queue.
 * - A key is never processed twice at the same time. A key added while it is processed is processed again.
 * - A waiting key is queued once, however often it is added. First in, first out within a group, but for keys in the background.
 * - Failures back off per key, exponentially with full jitter.
 */
export class WorkQueue {
  readonly name: string;
  private readonly options: Pick<WorkQueueOptions, 'observer' | 'isBackground'> & { readonly backoff: BackoffPolicy };
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly log: Logger;

  private readonly ready: FairQueue;
  private readonly background: FairQueue;
  // Each map has keys and since when they are in it.
  private readonly processing = new Map<string, number>();
  /** Keys that were added while they were processed. */
  private readonly dirty = new Map<string, number>();
  private readonly delays = new Map<string, Delay>();
  private readonly failureCounts = new Map<string, number>();
  private current: Run | undefined;
  private draining: PromiseWithResolvers<void> | undefined;

  constructor(options: WorkQueueOptions = {}) {
    const { name = 'work', backoff = { baseMs: 100, maxMs: 120_000 }, observer, isBackground } = options;
    const { groupOf = () => '' } = options;
    this.name = name;
    this.ready = new FairQueue(groupOf);
    this.background = new FairQueue(groupOf);
    this.options = { backoff, observer, isBackground };
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? Math.random;
    this.log = options.log ?? silentLogger;
  }

  /** Number of waiting keys, without delayed ones. */
  get length(): number {
    return this.foregroundLength + this.background.size;
  }

  /** Number of waiting keys that are not in the background, without delayed ones. */
  get foregroundLength(): number {
    return this.ready.size + this.dirty.size;
  }

  /** Number of keys that are being processed. */
  get inFlight(): number {
    return this.processing.size;
  }

  /** For how long each key has been processed, in milliseconds. */
  processingTimesMs(): number[] {
    const now = this.clock.elapsedMs();
    return [...this.processing.values()].map((since) => now - since);
  }

  /** Consecutive failures of a key. */
  failures(key: string): number {
    return this.failureCounts.get(key) ?? 0;
  }

  /** Queues a key. Does nothing after {@link drain}. */
  add(key: string): void {
    if (this.draining) return;
    if (this.processing.has(key)) this.markDirty(key);
    else if (this.ready.get(key) === undefined) this.enqueue(key);
    this.dispatch();
  }

  /** Queues a key after a delay. Of several delays of one key, the earliest counts. */
  addAfter(key: string, ms: number): void {
    if (this.draining) return;
    const due = this.clock.now().getTime() + ms;
    const earlier = this.delays.get(key);
    if (earlier && earlier.due <= due) return;
    earlier?.cancel();
    const cancel = this.clock.setTimer(ms, () => {
      this.delays.delete(key);
      this.add(key);
    });
    this.delays.set(key, { due, cancel });
  }

  /** Processes keys until `signal` aborts or the queue is drained; resolves when the last handler has returned. */
  run(handler: KeyHandler, options: RunOptions): Promise<void> {
    if (this.current) throw new Error(`The queue "${this.name}" is already running`);
    const { promise, resolve } = Promise.withResolvers<void>();
    const listener = addAbortListener(options.signal, () => this.settle());
    this.current = { handler, options, finish: resolve };
    this.dispatch();
    this.settle();
    return promise.finally(() => listener[Symbol.dispose]());
  }

  /**
   * Accepts no more keys, drops delayed ones and resolves when the run has processed the waiting ones; immediately without a run.
   * To limit the time, abort the signal of the run.
   */
  drain(): Promise<void> {
    this.draining ??= Promise.withResolvers<void>();
    for (const delay of this.delays.values()) delay.cancel();
    this.delays.clear();
    this.settle();
    return this.draining.promise;
  }

  private laneOf(key: string): FairQueue {
    return this.options.isBackground?.(key) === true ? this.background : this.ready;
  }

  private markDirty(key: string): void {
    if (this.dirty.has(key)) return;
    this.dirty.set(key, this.clock.elapsedMs());
    this.options.observer?.added();
  }

  private enqueue(key: string): void {
    const lane = this.laneOf(key);
    if (lane.get(key) !== undefined) return;
    const since = this.background.get(key);
    this.background.remove(key);
    lane.add(key, since ?? this.clock.elapsedMs());
    if (since === undefined) this.options.observer?.added();
  }

  private dispatch(): void {
    const run = this.current;
    if (!run) return;
    while (!run.options.signal.aborted && this.processing.size < run.options.concurrency) {
      const waiting = this.ready.size > 0 ? this.ready : this.background;
      const next = waiting.take();
      if (next === undefined) return;
      const [key, since] = next;
      void this.process(key, since, run);
    }
  }

  private async process(key: string, waitingSince: number, { handler, options }: Run): Promise<void> {
    const { observer } = this.options;
    const startedAt = this.clock.elapsedMs();
    this.processing.set(key, startedAt);
    observer?.started(startedAt - waitingSince);
    const result = await this.handle(key, handler, options.signal);
    observer?.ended(this.clock.elapsedMs() - startedAt, result);
    this.processing.delete(key);
    const dirtySince = this.dirty.get(key);
    this.dirty.delete(key);
    if (dirtySince !== undefined) this.laneOf(key).add(key, dirtySince);
    this.dispatch();
    this.settle();
  }

  private async handle(key: string, handler: KeyHandler, signal: AbortSignal): Promise<WorkResult> {
    try {
      const result = await handler(key, signal);
      this.failureCounts.delete(key);
      if (result?.requeueAfterMs === undefined) return 'success';
      this.addAfter(key, result.requeueAfterMs);
      return 'requeue_after';
    } catch (error) {
      this.failed(key, error, signal);
      return 'error';
    }
  }

  private failed(key: string, err: unknown, signal: AbortSignal): void {
    if (signal.aborted && err instanceof CancelledError) return;
    const failures = this.failures(key) + 1;
    this.failureCounts.set(key, failures);
    this.options.observer?.retried();
    const retryAfterMs = err instanceof KubernetesError ? (err.retryAfterMs ?? 0) : 0;
    this.addAfter(key, retryAfterMs + backoffDelay(this.options.backoff, failures, this.random));
    this.log.warn({ queue: this.name, key, failures, err }, 'processing failed; retrying');
  }

  /** Ends the run and the drain once there is nothing left to do. */
  private settle(): void {
    const stopped = this.current?.options.signal.aborted ?? true;
    const isIdle = this.processing.size === 0 && (stopped || this.ready.size + this.background.size === 0);
    if (!isIdle || !(stopped || this.draining)) return;
    this.current?.finish();
    this.current = undefined;
    this.draining?.resolve();
  }
}
