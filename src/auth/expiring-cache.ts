import { LRUCache } from 'lru-cache';
import type { Clock } from '../kubernetes/clock.ts';

/** How much a cache holds, and by whose time. */
export interface ExpiringCacheOptions<V> {
  /** The most entries; the one that was not used for longest goes first. */
  readonly max: number;
  /** How long a value is good, in milliseconds. */
  readonly ttlMs: (value: V) => number;
  readonly clock: Pick<Clock, 'elapsedMs'>;
}

/** Remembers answers for a while. Those who ask for the same at once share one question; a failure is not remembered. */
export class ExpiringCache<V> {
  private readonly entries: LRUCache<string, Promise<V>>;

  constructor(private readonly options: ExpiringCacheOptions<V>) {
    // The time between two looks at the clock that the library would save is longer than it may be here.
    this.entries = new LRUCache({ max: options.max, ttlResolution: 0, perf: { now: () => options.clock.elapsedMs() } });
  }

  /** Whether there is an answer, or one is on its way. */
  has(key: string): boolean {
    return this.entries.has(key);
  }

  /** The answer; `load` is asked when there is none. Rejects as `load` does. */
  get(key: string, load: () => Promise<V>): Promise<V> {
    return this.entries.get(key) ?? this.load(key, load);
  }

  private load(key: string, load: () => Promise<V>): Promise<V> {
    const answer = load();
    this.entries.set(key, answer);
    answer.then(
      (value) => {
        const ttl = this.options.ttlMs(value);
        if (ttl <= 0) this.entries.delete(key);
        else if (this.entries.peek(key) === answer) this.entries.set(key, answer, { ttl });
      },
      () => {
        if (this.entries.peek(key) === answer) this.entries.delete(key);
      },
    );
    return answer;
  }
}
