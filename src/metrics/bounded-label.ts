import type { Clock } from '../kubernetes/clock.ts';

/** Stands for all values that have no place of their own. */
export const other = 'other';

/** What a {@link BoundedLabel} is bounded by. */
export interface LabelBounds {
  /** How many different values there may be beside `other`. */
  readonly most: number;
  /** After how many milliseconds without use a value leaves its place to a new one. */
  readonly idleMs: number;
  readonly clock: Pick<Clock, 'elapsedMs'>;
  /** Called with a value that has left its place, to remove its time series. */
  readonly evicted: (value: string) => void;
}

/**
 * A label whose values come from outside: so many different ones stand for themselves, all others are {@link other}. Each
 * value of a label is a time series, here and in Prometheus; whoever can choose values must not be able to make any number
 * of them, nor take the places of those in use for ever.
 */
export class BoundedLabel {
  /** When each value was used last; the one that has not been used for the longest time is the first. */
  readonly #used = new Map<string, number>();
  readonly #bounds: LabelBounds;

  constructor(bounds: LabelBounds) {
    this.#bounds = bounds;
  }

  /** The value to count under. */
  of(value: string): string {
    const now = this.#bounds.clock.elapsedMs();
    if (!this.#used.delete(value) && !this.#hasRoom(now)) return other;
    this.#used.set(value, now);
    return value;
  }

  #hasRoom(now: number): boolean {
    const { most, idleMs, evicted } = this.#bounds;
    if (this.#used.size < most) return true;
    const [oldest] = this.#used;
    if (oldest === undefined || now - oldest[1] < idleMs) return false;
    this.#used.delete(oldest[0]);
    evicted(oldest[0]);
    return true;
  }
}
