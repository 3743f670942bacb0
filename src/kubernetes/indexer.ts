import type { Indexes } from './store.ts';

type Entries = readonly (readonly [index: string, value: string])[];

/** Finds the keys of objects by the values that index functions give. */
export class Indexer<T> {
  readonly #functions: Indexes<T>;
  /** Keys by index name and value. */
  readonly #keys = new Map<string, Map<string, Set<string>>>();
  /** Where each key is, so that it can be taken out. */
  readonly #entries = new Map<string, Entries>();

  constructor(functions: Indexes<T>) {
    this.#functions = functions;
    for (const name of Object.keys(functions)) this.#keys.set(name, new Map());
  }

  /** The values of an object in every index. Throws what an index function throws. */
  entriesOf(object: T): Entries {
    return Object.entries(this.#functions).flatMap(([name, fn]) => fn(object).map((value) => [name, value] as const));
  }

  /** Puts a key under the values of its object, and under no others. Changes nothing when an index function throws. */
  set(key: string, object: T): void {
    const entries = this.entriesOf(object);
    this.remove(key);
    this.#entries.set(key, entries);
    for (const [name, value] of entries) {
      const values = this.#valuesOf(name);
      const keys = values.get(value);
      if (keys) keys.add(key);
      else values.set(value, new Set([key]));
    }
  }

  remove(key: string): void {
    for (const [name, value] of this.#entries.get(key) ?? []) {
      const values = this.#valuesOf(name);
      const keys = values.get(value);
      keys?.delete(key);
      if (keys?.size === 0) values.delete(value);
    }
    this.#entries.delete(key);
  }

  /** The keys with a value in an index. */
  find(name: string, value: string): ReadonlySet<string> {
    return this.#valuesOf(name).get(value) ?? new Set();
  }

  #valuesOf(name: string): Map<string, Set<string>> {
    const values = this.#keys.get(name);
    if (!values) throw new RangeError(`There is no index "${name}"`);
    return values;
  }
}
