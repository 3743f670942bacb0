import type { KubernetesObject } from './kubernetes-object.ts';
import type { ObjectStore } from './store.ts';

/** Applies a list of all namespaces to a store. */
export function applyList<T extends KubernetesObject>(
  store: ObjectStore<T>,
  objects: readonly T[],
  resourceVersion: string,
): void {
  store.startList(undefined, resourceVersion);
  for (const object of objects) store.putListed(undefined, object);
  store.endList(undefined, resourceVersion);
}
