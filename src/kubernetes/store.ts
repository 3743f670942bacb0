import { keyOf, keyToString, type KubernetesObject, type ObjectKey } from './kubernetes-object.ts';
import { isNewer, isOlder } from './resource-version.ts';
import { Indexer } from './indexer.ts';

/** The values under which an object is found in an index. */
export type IndexFunction<T> = (object: T) => readonly string[];

/** Index functions by index name. */
export type Indexes<T> = Readonly<Record<string, IndexFunction<T>>>;

/** What happened to one object in a store. `previous` is what was there before; a deletion tells the last state known. */
export type Change<T> =
  | { readonly type: 'added'; readonly object: T; readonly previous?: undefined }
  | { readonly type: 'updated' | 'deleted'; readonly object: T; readonly previous: T };

/** Called for each change, in order, synchronously. It should only note the key and return. */
export type ChangeHandler<T> = (change: Change<T>) => void;

/**
 * The objects of one resource as last seen by its reflector. Reads are synchronous and see one consistent state within
 * a tick. What is returned is shared: it must not be modified.
 */
export interface Store<T extends KubernetesObject> {
  readonly size: number;
  /** The newest resource version seen in any list, watch event or bookmark; undefined before the first list. */
  readonly resourceVersion: string | undefined;
  get(key: ObjectKey | string): T | undefined;
  list(): T[];
  keys(): string[];
  /** The objects for which the index function gave `value`. An unknown index name throws. */
  byIndex(indexName: string, value: string): T[];
  /**
   * Read your writes: puts in what the API server answered to a create, replace or patch, so that the writer sees it
   * before the watch brings it. Returns false (and changes nothing) when the store already knows as much or more, when
   * the object has been deleted since, or when that cannot be told because resource versions are not comparable.
   * Only for objects that the reflector's namespaces and selectors cover.
   */
  upsertIfNewer(object: T): boolean;
}

/** The part of a resource that one list and watch covers: a namespace, or everything. */
export type Scope = string | undefined;

/**
 * The store behind a reflector: {@link Store} for its readers, and the write side for its lists and watches. Every
 * change is told exactly once, whether a watch, a list or the writer of the object brought it first.
 */
export class ObjectStore<T extends KubernetesObject> implements Store<T> {
  readonly #objects = new Map<string, T>();
  readonly #index: Indexer<T>;
  readonly #onChange: (change: Change<T>) => void;
  /** Up to which resource version each scope is known: every event up to it has been applied. */
  readonly #progress = new Map<Scope, string>();
  readonly #slim: (object: T) => T;
  #newest: string | undefined;

  /** `slim` makes of a writer's object what a watch would have brought. */
  constructor(indexes: Indexes<T>, onChange: (change: Change<T>) => void, slim: (object: T) => T = (object) => object) {
    this.#index = new Indexer(indexes);
    this.#onChange = onChange;
    this.#slim = slim;
  }

  get size(): number {
    return this.#objects.size;
  }

  get resourceVersion(): string | undefined {
    return this.#newest;
  }

  /** Up to which resource version a scope is known; undefined before its first list. */
  resourceVersionOf(scope: Scope): string | undefined {
    return this.#progress.get(scope);
  }

  get(key: ObjectKey | string): T | undefined {
    return this.#objects.get(typeof key === 'string' ? key : keyToString(key));
  }

  list(): T[] {
    return [...this.#objects.values()];
  }

  keys(): string[] {
    return [...this.#objects.keys()];
  }

  byIndex(indexName: string, value: string): T[] {
    const found: T[] = [];
    for (const key of this.#index.find(indexName, value)) {
      const object = this.#objects.get(key);
      if (object) found.push(object);
    }
    return found;
  }

  upsertIfNewer(object: T): boolean {
    const { namespace, resourceVersion } = object.metadata;
    const scope = this.#progress.has(undefined) ? undefined : namespace;
    const known = this.#progress.get(scope);
    // Up to `known` the watch has told everything, also that the object is gone: only what is newer adds to it.
    if (known === undefined || !isNewer(resourceVersion, known)) return false;
    if (!isNewer(resourceVersion, this.get(object.metadata)?.metadata.resourceVersion)) return false;
    this.#put(this.#slim(object));
    return true;
  }

  /** Throws what an index function throws for this object: such an object must not be put in. */
  checkIndexes(object: T): void {
    this.#index.entriesOf(object);
  }

  /** Applies a watch event that brought an object. */
  put(scope: Scope, object: T): void {
    const previous = this.get(object.metadata);
    if (!previous || !isOlder(object.metadata.resourceVersion, previous.metadata.resourceVersion)) this.#put(object);
    this.advance(scope, object.metadata.resourceVersion);
  }

  /** Applies the end of an object; `last` is its last state if that is known. */
  remove(scope: Scope, key: string, resourceVersion: string, last?: T): void {
    const previous = this.#objects.get(key);
    // A writer may have put in an object that was created anew after this deletion.
    if (previous && !isNewer(previous.metadata.resourceVersion, resourceVersion)) this.#delete(key, previous, last);
    this.advance(scope, resourceVersion);
  }

  /**
   * Makes a scope equal to a list: `objects` is what it holds, `resourceVersion` when. What has vanished is deleted,
   * what has not changed is not touched, what a writer has put in since is kept.
   */
  replace(scope: Scope, objects: readonly T[], resourceVersion: string): void {
    const before = this.#progress.get(scope);
    // A list older than what is known: etcd was restored from a backup, and the list alone is true.
    const restored = before !== undefined && isOlder(resourceVersion, before);
    const listed = new Set(objects.map(keyOf));
    for (const [key, object] of this.#objects) {
      if (listed.has(key) || !isIn(scope, object)) continue;
      if (restored || !isNewer(object.metadata.resourceVersion, resourceVersion)) this.#delete(key, object);
    }
    for (const object of objects) {
      const previous = this.get(object.metadata);
      const older = previous && isOlder(object.metadata.resourceVersion, previous.metadata.resourceVersion);
      if (restored || !older) this.#put(object, restored);
    }
    if (restored) this.#newest = undefined;
    this.advance(scope, resourceVersion);
  }

  /** Notes that every event of a scope up to a resource version has been applied. */
  advance(scope: Scope, resourceVersion: string): void {
    this.#progress.set(scope, resourceVersion);
    if (isNewer(resourceVersion, this.#newest)) this.#newest = resourceVersion;
  }

  /** `evenIfSame`: the same version need not be the same state. */
  #put(object: T, evenIfSame = false): void {
    const key = keyOf(object);
    const previous = this.#objects.get(key);
    if (!evenIfSame && previous?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    // Another object of the same name: the end of the first one was not seen.
    if (previous && previous.metadata.uid !== object.metadata.uid) this.#delete(key, previous);
    const same = this.#objects.get(key);
    this.#index.set(key, object);
    this.#objects.set(key, object);
    this.#onChange(same ? { type: 'updated', object, previous: same } : { type: 'added', object });
  }

  #delete(key: string, previous: T, last: T = previous): void {
    this.#objects.delete(key);
    this.#index.remove(key);
    this.#onChange({ type: 'deleted', object: last, previous });
  }
}

function isIn(scope: Scope, object: KubernetesObject): boolean {
  return scope === undefined || object.metadata.namespace === scope;
}

/** What a list or watch has brought, as it brought it. */
export type WatchCacheEvent<T> =
  | {
      readonly type: 'listed';
      readonly scope: Scope;
      readonly objects: readonly T[];
      /** Keys of those that are there and do not parse. */
      readonly unreadable: readonly string[];
      readonly resourceVersion: string;
    }
  | { readonly type: 'put'; readonly scope: Scope; readonly object: T; readonly resourceVersion: string }
  /** `last` is its last state, if that parses. */
  | {
      readonly type: 'gone';
      readonly scope: Scope;
      readonly key: string;
      readonly last?: T;
      readonly resourceVersion: string;
    }
  /** Nothing else has happened up to this resource version. */
  | { readonly type: 'bookmark'; readonly scope: Scope; readonly resourceVersion: string };
