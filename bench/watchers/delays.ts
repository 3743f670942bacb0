/** How long it took from the acknowledgement of a write until an event told of it, in milliseconds, for many of both. */
export class Delays {
  readonly #acknowledged = new Map<string, number>();
  /** Events may be faster than the answer to the write. */
  readonly #early = new Map<string, number[]>();
  readonly #values: number[] = [];

  acknowledged(resourceVersion: string): void {
    const now = performance.now();
    this.#acknowledged.set(resourceVersion, now);
    for (const then of this.#early.get(resourceVersion) ?? []) this.#values.push(then - now);
    this.#early.delete(resourceVersion);
  }

  received(resourceVersion: string): void {
    const now = performance.now();
    const then = this.#acknowledged.get(resourceVersion);
    if (then !== undefined) this.#values.push(now - then);
    else this.#early.set(resourceVersion, [...(this.#early.get(resourceVersion) ?? []), now]);
  }

  get count(): number {
    return this.#values.length;
  }

  /** The delay that so many parts of a hundred are not above, in milliseconds. */
  percentile(percent: number): number {
    const sorted = Float64Array.from(this.#values).sort();
    return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? NaN;
  }
}
