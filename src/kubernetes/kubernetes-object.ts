import { InvalidObjectError } from './errors.ts';
import { isRecord, recordOf, stringOf } from './json.ts';

/** An entry of `metadata.ownerReferences`. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** `metadata` of an object from the API server. Times are RFC 3339 strings in UTC. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  /** Opaque, except for `compareResourceVersions`. */
  readonly resourceVersion: string;
  /** Counts changes of `spec`; absent on kinds that do not track it. */
  readonly generation?: number;
  readonly creationTimestamp: string;
  /** Set while the object is being deleted; it exists until its finalizers are gone. */
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
}

/** An object from the API server. Kinds add `spec`, `status` or `data`. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** The controlling owner of an object. The API server does not verify owner references. */
export function controllerOf({ metadata }: Pick<KubernetesObject, 'metadata'>): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** `metadata` of an object to create. */
export type NewObjectMeta = Partial<
  Omit<ObjectMeta, 'uid' | 'resourceVersion' | 'generation' | 'creationTimestamp'>
> & {
  /** Prefix of a generated name; only when `name` is absent. */
  readonly generateName?: string;
};

/** An object to create. */
export interface NewObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: NewObjectMeta;
}

/** Names an object of a resource; `namespace` is absent for cluster-scoped objects. */
export interface ObjectKey {
  readonly namespace?: string;
  readonly name: string;
}

/** `namespace/name`, or `name` for a cluster-scoped object. */
export function keyToString(key: ObjectKey): string {
  return key.namespace === undefined ? key.name : `${key.namespace}/${key.name}`;
}

/** The inverse of {@link keyToString}. */
export function keyFromString(text: string): ObjectKey {
  const slash = text.indexOf('/');
  return slash < 0 ? { name: text } : { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** The key of an object, as {@link keyToString} writes it. */
export function keyOf(object: { readonly metadata: ObjectKey }): string {
  return keyToString(object.metadata);
}

/** The part of an object that is read before it is parsed. */
export interface ObjectHeader {
  readonly key: ObjectKey;
  readonly resourceVersion: string;
}

/** Reads the header of an object. Throws InvalidObjectError when it lacks a name or resourceVersion. */
export function readHeader(raw: unknown): ObjectHeader {
  const metadata = recordOf(recordOf(raw)['metadata']);
  const name = stringOf(metadata['name']);
  const resourceVersion = stringOf(metadata['resourceVersion']);
  if (name === undefined || resourceVersion === undefined) {
    throw new InvalidObjectError('An object without metadata.name or metadata.resourceVersion was received');
  }
  return { key: { namespace: stringOf(metadata['namespace']), name }, resourceVersion };
}

/**
 * An object without `metadata.managedFields`, which are often half of it. The other metadata is copied: V8 stores an object with a
 * deleted property as a hash table, which is larger.
 */
export function dropManagedFields<T>(object: T): T {
  if (!isRecord(object) || !isRecord(object['metadata'])) return object;
  const kept = Object.entries(object['metadata']).filter(([field]) => field !== 'managedFields');
  return { ...object, metadata: Object.fromEntries(kept) };
}
