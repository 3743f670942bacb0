import { dropManagedFields, keyOf, keyToString, type KubernetesObject, type ObjectKey } from './kubernetes-object.ts';
import { Indexer, type Indexes } from './indexer.ts';
import { isNewer, isOlder } from './resource-version.ts';

/** The collection of one list and watch: a namespace, or undefined for all namespaces. */
export type Scope = string | undefined;

/** The scopes of a list of namespaces, which is empty for all. */
export function scopesOf(namespaces: readonly string[]): readonly Scope[] {
  return namespaces.length > 0 ? [...new Set(namespaces)] : [undefined];
}

/**
 * A change of one object in a store; `object` of a deletion is its last known state. `isUnlisted` if a list does not have it, and
 * no event has reported its deletion.
 */
export type Change<T> =
  | { readonly type: 'added'; readonly object: T; readonly previous?: undefined }
  | { readonly type: 'updated'; readonly object: T; readonly previous: T }
  | { readonly type: 'deleted'; readonly object: T; readonly previous: T; readonly isUnlisted?: true };

/** Called synchronously for each change, in order. It should only queue a key. */
export type ChangeHandler<T> = (change: Change<T>) => void;

/**
 * The objects of one resource as last seen by its reflector. Reads are synchronous and consistent within a tick. The objects are
 * shared and must not be modified.
 */
export interface Store<T extends KubernetesObject> {
  readonly size: number;
  get(key: ObjectKey | string): T | undefined;
  list(): T[];
  /**
   * All objects, without a copy, for reading them over several ticks: objects that exist all the time are read once, others
   * perhaps. One that is deleted and comes back meanwhile may be read twice.
   */
  values(): Iterable<T>;
  keys(): string[];
  /** The objects under a value of an index. Throws RangeError for an unknown index. */
  byIndex(indexName: string, value: string): T[];
  /** As {@link byIndex}, without a copy, for reading them over several ticks as with {@link values}. */
  valuesByIndex(indexName: string, value: string): Iterable<T>;
  /**
   * Read your writes: stores the response of a create, replace or patch before the watch brings it. Returns false and changes
   * nothing when the store is as new or newer, when the object has been deleted since, or when resource versions are not
   * comparable. Only for objects that the reflector's namespaces and selectors cover.
   */
  upsertIfNewer(object: T): boolean;
}

/** A list whose objects are arriving. */
interface ListInProgress<T> {
  /** The objects in the store that it has brought so far. Identities are looked up ten times as fast as keys. */
  readonly listed: Set<T>;
  /** Whether it is older than the store. */
  readonly isRestored: boolean;
}

/** The store of a reflector. Each change is reported once, whether a watch, a list or a writer brings it first. */
export class ObjectStore<T extends KubernetesObject> implements Store<T> {
  private readonly objects = new Map<string, T>();
  private readonly indexer: Indexer<T>;
  private readonly onChange: ChangeHandler<T>;
  /** The resource version up to which all events of a scope have been applied. */
  private readonly progress = new Map<Scope, string>();
  private readonly lists = new Map<Scope, ListInProgress<T>>();

  constructor(indexes: Indexes<T>, onChange: ChangeHandler<T>) {
    this.indexer = new Indexer(indexes);
    this.onChange = onChange;
  }

  get size(): number {
    return this.objects.size;
  }

  /** The resource version up to which a scope is known; undefined before its first list. */
  resourceVersionOf(scope: Scope): string | undefined {
    return this.progress.get(scope);
  }

  get(key: ObjectKey | string): T | undefined {
    return this.objects.get(typeof key === 'string' ? key : keyToString(key));
  }

  list(): T[] {
    return [...this.objects.values()];
  }

  values(): Iterable<T> {
    return this.objects.values();
  }

  keys(): string[] {
    return [...this.objects.keys()];
  }

  byIndex(indexName: string, value: string): T[] {
    return [...this.valuesByIndex(indexName, value)];
  }

  *valuesByIndex(indexName: string, value: string): Iterable<T> {
    for (const key of this.indexer.find(indexName, value)) {
      const object = this.objects.get(key);
      if (object !== undefined) yield object;
    }
  }

  upsertIfNewer(object: T): boolean {
    const { namespace, resourceVersion } = object.metadata;
    const scope = this.progress.has(undefined) ? undefined : namespace;
    const known = this.progress.get(scope);
    // Up to `known` all events have been applied, deletions too.
    if (known === undefined || !isNewer(resourceVersion, known)) return false;
    const previous = this.get(object.metadata);
    if (!isNewer(resourceVersion, previous?.metadata.resourceVersion)) return false;
    const written = dropManagedFields(object);
    this.set(written);
    const listed = this.lists.get(scope)?.listed;
    if (previous !== undefined && listed?.has(previous)) listed.add(written);
    return true;
  }

  /** Throws if an index function throws for this object: it must not be stored. */
  checkIndexes(object: T): void {
    this.indexer.entriesOf(object);
  }

  /** Applies an ADDED or MODIFIED event. */
  put(scope: Scope, object: T): void {
    const previous = this.get(object.metadata);
    if (!previous || !isOlder(object.metadata.resourceVersion, previous.metadata.resourceVersion)) this.set(object);
    this.advance(scope, object.metadata.resourceVersion);
  }

  /** Applies a DELETED event; `last` is the last state if known. */
  remove(scope: Scope, key: string, resourceVersion: string, last?: T): void {
    const previous = this.objects.get(key);
    // A writer may have stored a successor of the same name.
    if (previous && !isNewer(previous.metadata.resourceVersion, resourceVersion))
      this.delete(key, previous, { object: last });
    this.advance(scope, resourceVersion);
  }

  /**
   * Begins to apply a list, instead of one that has not ended.
   *
   * @param resourceVersion of the list, if it is known
   * @returns whether the list is older than the store: etcd was restored from a backup, and the list is right
   */
  startList(scope: Scope, resourceVersion?: string): boolean {
    const before = this.progress.get(scope);
    const isRestored = before !== undefined && resourceVersion !== undefined && isOlder(resourceVersion, before);
    this.lists.set(scope, { listed: new Set(), isRestored });
    return isRestored;
  }

  /** Whether a list is being applied that is older than the store. */
  isRestoring(scope: Scope): boolean {
    return this.lists.get(scope)?.isRestored === true;
  }

  /** Applies an object of a list, unless a newer state of it is known. */
  putListed(scope: Scope, object: T): void {
    const previous = this.get(object.metadata);
    const isRestored = this.isRestoring(scope);
    const older = previous && isOlder(object.metadata.resourceVersion, previous.metadata.resourceVersion);
    if (isRestored || !older) this.set(object, isRestored);
    this.lists.get(scope)?.listed.add(this.get(object.metadata) ?? object);
  }

  /** An object has left the list before its end. */
  removeListed(scope: Scope, key: string): void {
    const object = this.objects.get(key);
    if (object !== undefined) this.lists.get(scope)?.listed.delete(object);
  }

  /** Ends a list: deletes what it lacks, unless it is newer. */
  endList(scope: Scope, resourceVersion: string): void {
    const list = this.lists.get(scope);
    this.lists.delete(scope);
    if (list !== undefined) this.deleteUnlisted(scope, list, resourceVersion);
    this.advance(scope, resourceVersion);
  }

  /** Applies a bookmark: all events of a scope up to a resource version have been applied. */
  advance(scope: Scope, resourceVersion: string): void {
    this.progress.set(scope, resourceVersion);
  }

  private deleteUnlisted(scope: Scope, { listed, isRestored }: ListInProgress<T>, resourceVersion: string): void {
    for (const [key, object] of this.objects) {
      if (listed.has(object) || !isIn(scope, object)) continue;
      if (!isRestored && isNewer(object.metadata.resourceVersion, resourceVersion)) continue;
      this.delete(key, object, { isUnlisted: true });
    }
  }

  /** @param evenIfSame the same resource version may be another state */
  private set(object: T, evenIfSame = false): void {
    const key = keyOf(object);
    const previous = this.objects.get(key);
    if (!evenIfSame && previous?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    // Another object of the same name: the deletion of the first was missed.
    if (previous && previous.metadata.uid !== object.metadata.uid) this.delete(key, previous);
    const same = this.objects.get(key);
    this.indexer.set(key, object, same);
    this.objects.set(key, object);
    this.onChange(same ? { type: 'updated', object, previous: same } : { type: 'added', object });
  }

  private delete(
    key: string,
    previous: T,
    { object = previous, ...how }: { readonly object?: T; readonly isUnlisted?: true } = {},
  ): void {
    this.objects.delete(key);
    this.indexer.remove(key, previous);
    this.onChange({ type: 'deleted', object, previous, ...how });
  }
}

function isIn(scope: Scope, object: KubernetesObject): boolean {
  return scope === undefined || object.metadata.namespace === scope;
}
