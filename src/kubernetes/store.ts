import type { KubernetesObject, ObjectKey } from './kubernetes-object.ts';

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
