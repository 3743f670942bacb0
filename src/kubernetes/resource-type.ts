import { InvalidError } from './errors.ts';
import type { KubernetesObject, ObjectKey } from './kubernetes-object.ts';

/** A resource of the API server. `group` is empty for the core API (`/api/v1`). */
export interface ApiResource {
  readonly group: string;
  readonly version: string;
  /** Lower case plural, as in the URL: `configmaps`. */
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** A resource with a parser, which throws when the JSON is not a complete `T`. */
export interface ResourceType<T extends KubernetesObject> extends ApiResource {
  /** Whether the parser needs `metadata.managedFields`, which reflectors otherwise drop. */
  readonly readsManagedFields?: boolean;
  parse(raw: unknown): T;
}

/** `v1` for the core group, else `group/version`. */
export function apiVersionOf(resource: ApiResource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

/**
 * The URL path of a collection; of all namespaces when `namespace` is absent.
 *
 * @throws InvalidError when the namespace cannot be one
 */
export function collectionPath(resource: ApiResource, namespace?: string): string {
  const root = resource.group === '' ? '/api' : `/apis/${resource.group}`;
  const scope = namespace === undefined ? '' : `/namespaces/${segment(namespace)}`;
  return `${root}/${resource.version}${scope}/${resource.plural}`;
}

/**
 * The URL path of one object, or of one of its subresources.
 *
 * @throws InvalidError when the name or namespace cannot be one
 */
export function objectPath(resource: ApiResource, key: ObjectKey, subresource?: string): string {
  const path = `${collectionPath(resource, key.namespace)}/${segment(key.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** Rejects names that would lead to another path: the API server decodes a path before it splits it. */
function segment(name: string): string {
  const isSegment = name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('%');
  if (!isSegment) throw new InvalidError(`${JSON.stringify(name)} cannot be a name in a path of the API server`);
  return encodeURIComponent(name);
}
