import { isDeepStrictEqual } from 'node:util';

/** The values under which an index finds an object. */
export type IndexFunction<T> = (object: T) => readonly string[];

/** Index functions by index name. */
export type Indexes<T> = Readonly<Record<string, IndexFunction<T>>>;

type Entries = readonly (readonly [index: string, value: string])[];

/** Finds the keys of objects by the values of index functions. */
export class Indexer<T> {
  private readonly functions: Indexes<T>;
  /** Keys by index name and value. A set takes more memory than many an object, and most values have one key. */
  private readonly keys = new Map<string, Map<string, string | Set<string>>>();

  constructor(functions: Indexes<T>) {
    this.functions = functions;
    for (const name of Object.keys(functions)) this.keys.set(name, new Map());
  }

  /** The values of an object in every index. Throws what an index function throws. */
  entriesOf(object: T): Entries {
    return Object.entries(this.functions).flatMap(([name, fn]) => fn(object).map((value) => [name, value] as const));
  }

  /**
   * Adds a key, or moves it if its values have changed. Changes nothing when an index function throws.
   *
   * @param previous the object that the key had before
   */
  set(key: string, object: T, previous: T | undefined): void {
    const entries = this.entriesOf(object);
    if (previous !== undefined) {
      // Who reads the keys meanwhile does not meet one that stays a second time.
      if (isDeepStrictEqual(entries, this.entriesOf(previous))) return;
      this.remove(key, previous);
    }
    for (const [name, value] of entries) {
      const values = this.valuesOf(name);
      const keys = values.get(value);
      if (keys === undefined) values.set(value, key);
      else if (typeof keys !== 'string') keys.add(key);
      else if (keys !== key) values.set(value, new Set([keys, key]));
    }
  }

  /** @param object the one that was set for the key */
  remove(key: string, object: T): void {
    for (const [name, value] of this.entriesOf(object)) {
      const values = this.valuesOf(name);
      const keys = values.get(value);
      if (keys === key) values.delete(value);
      if (typeof keys !== 'object') continue;
      keys.delete(key);
      if (keys.size === 0) values.delete(value);
    }
  }

  /** The keys under a value of an index, not copied. Throws RangeError for an unknown index. */
  find(name: string, value: string): Iterable<string> {
    const keys = this.valuesOf(name).get(value) ?? [];
    return typeof keys === 'string' ? [keys] : keys;
  }

  private valuesOf(name: string): Map<string, string | Set<string>> {
    const values = this.keys.get(name);
    if (!values) throw new RangeError(`There is no index "${name}"`);
    return values;
  }
}
