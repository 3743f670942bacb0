/** Strings up to this length are shared by V8's JSON parser itself; longer ones than that are seldom said twice. */
const [shortest, longest] = [11, 128];

/**
 * Holds strings once that are said again and again: names of workflows and images, types and reasons of conditions, times,
 * parts of messages. What JSON.parse returns has a copy of its own of each, a quarter of the memory of an object
 * (docs/performance.md). It remembers strings of two generations: one that is seen in the older moves to the younger, and
 * when the younger is full, what is left in the older is forgotten. So it stays small whatever comes by.
 */
export class SharedStrings {
  #younger = new Map<string, string>();
  #older = new Map<string, string>();
  readonly #capacity: number;

  /** @param capacity the most strings of a generation */
  constructor(capacity = 2_048) {
    this.#capacity = capacity;
  }

  /** Replaces the strings within a value by equal ones that were seen before, in place; returns the value. */
  share<T>(value: T): T {
    if (typeof value === 'object' && value !== null) this.#shareIn(value);
    return value;
  }

  #shareIn(value: object): void {
    for (const key in value) {
      const inner: unknown = Reflect.get(value, key);
      if (typeof inner === 'string') Reflect.set(value, key, this.#of(inner));
      else this.share(inner);
    }
  }

  #of(text: string): string {
    if (text.length < shortest || text.length > longest) return text;
    const young = this.#younger.get(text);
    if (young !== undefined) return young;
    const kept = this.#older.get(text) ?? text;
    if (this.#younger.size >= this.#capacity) [this.#older, this.#younger] = [this.#younger, new Map<string, string>()];
    this.#younger.set(kept, kept);
    return kept;
  }
}
