import { addAbortListener } from 'node:events';
import type { Clock } from './clock.ts';
import { CancelledError } from './errors.ts';

/** Resolves after `ms` milliseconds, or as soon as `signal` aborts. Never rejects; the caller checks the signal. */
export async function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.setTimer(ms, resolve);
  const listener = signal && addAbortListener(signal, () => resolve());
  await promise;
  cancel();
  listener?.[Symbol.dispose]();
}

/** Resolves when `signal` aborts, immediately if it already has. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => addAbortListener(signal, () => resolve()));
}

/**
 * Resolves as soon as `condition` holds. Rejects with CancelledError when `signal` aborts first.
 *
 * @param subscribe registers a function to call after each change that may fulfil the condition; returns an unsubscribe
 * @param what names the condition in the error message
 */
export async function waitFor(
  condition: () => boolean,
  subscribe: (check: () => void) => () => void,
  what: string,
  signal?: AbortSignal,
): Promise<void> {
  if (condition()) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const unsubscribe = subscribe(() => {
    if (condition()) resolve();
  });
  try {
    await (signal ? unlessAborted(promise, signal, () => cancelled(what)) : promise);
  } finally {
    unsubscribe();
  }
}

function cancelled(what: string): CancelledError {
  return new CancelledError(`Waiting for ${what} was cancelled`);
}

/** Settles as `work` does. Rejects with `error` when `signal` aborts first; the work itself continues. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal, error: () => Error): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const listener = addAbortListener(signal, () => reject(error()));
  try {
    return await Promise.race([work, promise]);
  } finally {
    listener[Symbol.dispose]();
  }
}

/**
 * Yields items evenly spread over a period, the first immediately. Time spent on an item counts; if it takes longer than
 * its share, the next items follow without a pause.
 *
 * @param withinMs the period for all items; 0 yields them back to back
 * @param signal ends the iteration early, without an error
 */
export async function* pace<T>(
  items: readonly T[],
  withinMs: number,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<T, void, void> {
  const startedAt = clock.elapsedMs();
  for (const [index, item] of items.entries()) {
    const earlyMs = startedAt + (index * withinMs) / items.length - clock.elapsedMs();
    if (earlyMs > 0) await sleep(clock, earlyMs, signal);
    if (signal.aborted) return;
    yield item;
  }
}

/** Calls `act` with one item after the other, also after a failure. Rejects with the first error at the end. */
export async function forEachDespiteErrors<T>(
  items: Iterable<T> | AsyncIterable<T>,
  act: (item: T) => Promise<unknown>,
): Promise<void> {
  const errors: unknown[] = [];
  for await (const item of items) {
    await act(item).catch((error: unknown) => {
      if (errors.length === 0) errors.push(error);
    });
  }
  if (errors.length > 0) throw errors[0];
}

/** Wakes one waiter. A notification without a waiter is kept for the next wait, so none is lost. */
export class Signal {
  private isNotified = false;
  private wake?: () => void;

  notify(): void {
    this.isNotified = true;
    this.wake?.();
  }

  /** Resolves on the next notification, immediately if there was one since the last wait. One waiter at a time. */
  async wait(): Promise<void> {
    if (!this.isNotified) await new Promise<void>((resolve) => (this.wake = resolve));
    this.isNotified = false;
    this.wake = undefined;
  }
}

/** Limits of one call. */
export interface DeadlineOptions {
  /** The caller's signal. */
  readonly signal?: AbortSignal;
  readonly timeoutMs: number;
}

/** An abort signal that combines a timeout with the caller's signal and knows which of the two ended the call. */
export class Deadline {
  private readonly controller = new AbortController();
  private readonly listener?: Disposable;
  private readonly cancelTimer: () => void;
  private readonly options: DeadlineOptions;
  private timedOut = false;

  constructor(clock: Clock, options: DeadlineOptions) {
    this.options = options;
    this.cancelTimer = clock.setTimer(options.timeoutMs, () => {
      this.timedOut = true;
      this.controller.abort();
    });
    this.listener = options.signal && addAbortListener(options.signal, () => this.controller.abort());
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Whether the timeout ended the call. */
  get isExceeded(): boolean {
    return this.timedOut;
  }

  /** Whether the caller's signal ended the call. */
  get isCancelled(): boolean {
    return !this.timedOut && this.options.signal?.aborted === true;
  }

  /** Settles as `work` does, but rejects as soon as the call has ended: undici ignores the signal of a queued request. */
  within<T>(work: Promise<T>): Promise<T> {
    return unlessAborted(work, this.signal, () => new Error('the call has ended'));
  }

  /** Removes the timeout; the caller's signal stays in effect. */
  clearTimer(): void {
    this.cancelTimer();
  }

  /** Releases the timer and the caller's signal. */
  clear(): void {
    this.clearTimer();
    this.listener?.[Symbol.dispose]();
  }
}
