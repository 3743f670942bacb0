/** Stands for all values that have no place of their own. */
export const other = 'other';

/**
 * A label whose values come from outside: the first so many different ones stand for themselves, every later one is
 * {@link other}. Each value of a label is a time series that is kept for ever, here and in Prometheus; whoever can choose
 * values must not be able to make any number of them.
 */
export class BoundedLabel {
  readonly #known = new Set<string>();
  readonly #most: number;

  /** @param most how many different values there may be beside `other` */
  constructor(most: number) {
    this.#most = most;
  }

  /** The value to count under. */
  of(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= this.#most) return other;
    this.#known.add(value);
    return value;
  }
}
