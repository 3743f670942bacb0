import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { systemClock, type Clock } from './clock.ts';
import type { RunningReflector } from './kubernetes.providers.ts';
import type { Logger } from './logger.ts';

/** How long after the first lists the heap is left alone: until what follows from them is done, too. In milliseconds. */
const restMs = 10_000;
const mebibyte = 2 ** 20;

/** V8's collector, as `--expose-gc` gives it; undefined without that flag. */
export type CollectGarbage = ((options: { execution: 'async'; flavor: 'last-resort' }) => Promise<void>) | undefined;

/** What is asked of the toolkit's reflectors. */
type Reflectors = { readonly reflectors: readonly Pick<RunningReflector, 'synced'>[] };

/**
 * Gives back, once, what the first lists leave behind in the heap. V8 lets a heap grow while much is allocated, and does not
 * make it smaller afterwards: beside 10,000 executions half of it is garbage, for good (docs/performance.md). It takes some
 * tenths of a second, in which nothing else is done. Without `--expose-gc` nothing happens.
 */
export class HeapCompaction implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #runner: Reflectors;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #collect: CollectGarbage;
  readonly #stop = new AbortController();
  #cancelTimer: () => void = () => undefined;

  constructor(runner: Reflectors, log: Logger, clock: Clock = systemClock, collect: CollectGarbage = globalThis.gc) {
    this.#runner = runner;
    this.#log = log;
    this.#clock = clock;
    this.#collect = collect;
  }

  onApplicationBootstrap(): void {
    const { signal } = this.#stop;
    const listed = this.#runner.reflectors.map((reflector) => reflector.synced(signal));
    Promise.all(listed).then(
      () => this.#compactLater(),
      // It was stopped before.
      () => undefined,
    );
  }

  #compactLater(): void {
    if (this.#stop.signal.aborted) return;
    this.#cancelTimer = this.#clock.setTimer(restMs, () => void this.#compact());
  }

  onModuleDestroy(): void {
    this.#stop.abort();
    this.#cancelTimer();
  }

  async #compact(): Promise<void> {
    const before = process.memoryUsage.rss();
    await this.#collect?.({ execution: 'async', flavor: 'last-resort' });
    const [beforeMb, afterMb] = [before, process.memoryUsage.rss()].map((bytes) => Math.round(bytes / mebibyte));
    this.#log.debug({ beforeMb, afterMb }, 'memory of the first lists was given back');
  }
}
