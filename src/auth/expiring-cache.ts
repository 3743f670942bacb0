import { LRUCache } from 'lru-cache';
import type { Clock } from '../kubernetes/clock.ts';

/** Options of an {@link ExpiringCache}. */
export interface ExpiringCacheOptions<V> {
  /** Maximum number of entries; the least recently used one is evicted first. */
  readonly max: number;
  /** Cache time of a value, in milliseconds. */
  readonly ttlMs: (value: V) => number;
  readonly clock: Pick<Clock, 'elapsedMs'>;
}

/** Caches values for a limited time. Concurrent loads of a key are one; failures are not cached. */
export class ExpiringCache<V> {
  private readonly entries: LRUCache<string, Promise<V>>;

  constructor(private readonly options: ExpiringCacheOptions<V>) {
    this.entries = new LRUCache({ max: options.max, ttlResolution: 0, perf: { now: () => options.clock.elapsedMs() } });
  }

  /** Whether a value is cached or being loaded. */
  has(key: string): boolean {
    return this.entries.has(key);
  }

  /** The cached value, or the one that `load` resolves with. Rejects as `load` does. */
  get(key: string, load: () => Promise<V>): Promise<V> {
    return this.entries.get(key) ?? this.load(key, load);
  }

  private load(key: string, load: () => Promise<V>): Promise<V> {
    const loading = load();
    this.entries.set(key, loading);
    loading.then(
      (value) => {
        const ttl = this.options.ttlMs(value);
        if (ttl <= 0) this.entries.delete(key);
        else if (this.entries.peek(key) === loading) this.entries.set(key, loading, { ttl });
      },
      () => {
        if (this.entries.peek(key) === loading) this.entries.delete(key);
      },
    );
    return loading;
  }
}
