import { InvalidObjectError } from './errors.ts';
import { recordOf, stringOf } from './json.ts';

/** Who owns an object (`metadata.ownerReferences`); the garbage collector deletes the object when its owners are gone. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** The part of `metadata` that every object read from the API server carries. Times are RFC 3339 strings in UTC. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  /** Opaque to most callers; `compareResourceVersions` says when two of them may be ordered. */
  readonly resourceVersion: string;
  /** Counts changes of `spec`; absent on kinds that do not track it. */
  readonly generation?: number;
  readonly creationTimestamp: string;
  /** Set once deletion was asked for; the object stays until its finalizers are gone. */
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
}

/** Any object as the API server returns it. Kinds extend it with their `spec`, `status` or `data`. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** The owner that controls an object; undefined when none does. The API server compares the reference with nothing. */
export function controllerOf({ metadata }: Pick<KubernetesObject, 'metadata'>): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** What a caller may say in the metadata of an object that does not exist yet. */
export type NewObjectMeta = Partial<
  Omit<ObjectMeta, 'uid' | 'resourceVersion' | 'generation' | 'creationTimestamp'>
> & {
  /** Prefix for a name that the API server completes; only when `name` is absent. */
  readonly generateName?: string;
};

/** An object that is about to be created: what the server fills in may be missing. */
export interface NewObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: NewObjectMeta;
}

/** Names one object of a known resource; `namespace` is absent for cluster-scoped ones. */
export interface ObjectKey {
  readonly namespace?: string;
  readonly name: string;
}

/** The key as one string: `namespace/name`, or `name` for a cluster-scoped object. Neither part may contain a slash. */
export function keyToString(key: ObjectKey): string {
  return key.namespace === undefined ? key.name : `${key.namespace}/${key.name}`;
}

/** The inverse of {@link keyToString}. */
export function keyFromString(text: string): ObjectKey {
  const slash = text.indexOf('/');
  return slash < 0 ? { name: text } : { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** The key of an object, as a string. */
export function keyOf(object: { readonly metadata: ObjectKey }): string {
  return keyToString(object.metadata);
}

/** What can be told of any object in a list or watch before it is parsed. */
export interface ObjectHeader {
  readonly key: ObjectKey;
  readonly resourceVersion: string;
}

/** Reads name, namespace and resource version from JSON. Throws InvalidObjectError when it is no Kubernetes object. */
export function readHeader(raw: unknown): ObjectHeader {
  const metadata = recordOf(recordOf(raw)['metadata']);
  const name = stringOf(metadata['name']);
  const resourceVersion = stringOf(metadata['resourceVersion']);
  if (name === undefined || resourceVersion === undefined) {
    throw new InvalidObjectError('An object without metadata.name or metadata.resourceVersion was received');
  }
  return { key: { namespace: stringOf(metadata['namespace']), name }, resourceVersion };
}
