import type { Clock } from '../kubernetes/clock.ts';

/** Stands for all values beyond the limit. */
export const other = 'other';

/** The bounds of a {@link BoundedLabel}. */
export interface LabelBounds {
  /** Maximum number of values besides `other`. */
  readonly most: number;
  /** Time in milliseconds after which an unused value may be replaced. */
  readonly idleMs: number;
  readonly clock: Pick<Clock, 'elapsedMs'>;
  /** Called with a replaced value, to remove its time series. */
  readonly evicted: (value: string) => void;
}

/**
 * A label with a bounded number of values; further ones count as {@link other}. Each value is a time series here and in
 * Prometheus, so callers who choose values must neither create any number of them nor occupy them forever.
 */
export class BoundedLabel {
  /** When each value was used last, the least recently used first. */
  private readonly used = new Map<string, number>();

  constructor(private readonly bounds: LabelBounds) {}

  of(value: string): string {
    const now = this.bounds.clock.elapsedMs();
    if (!this.used.delete(value) && !this.hasRoom(now)) return other;
    this.used.set(value, now);
    return value;
  }

  private hasRoom(now: number): boolean {
    const { most, idleMs, evicted } = this.bounds;
    if (this.used.size < most) return true;
    const [oldest] = this.used;
    if (oldest === undefined || now - oldest[1] < idleMs) return false;
    this.used.delete(oldest[0]);
    evicted(oldest[0]);
    return true;
  }
}
