import type { KubernetesClient } from '../../src/kubernetes/client.ts';
import type { KubernetesObject } from '../../src/kubernetes/kubernetes-object.ts';
import { Reflector } from '../../src/kubernetes/reflector.ts';
import type { ResourceType } from '../../src/kubernetes/resource-type.ts';

/** Selects the objects of a namespace to wait for. */
export interface Watched {
  readonly namespace: string;
  readonly name?: string;
  readonly labelSelector?: string;
}

/**
 * Watches objects until they satisfy a condition.
 *
 * @param what completes "timed out waiting until …"
 * @param holds gets all objects, at the start and after each change
 * @param deadlineMs reached only if it never holds
 * @returns the objects for which it held
 */
export async function waitFor<T extends KubernetesObject>(
  client: KubernetesClient,
  resource: ResourceType<T>,
  { namespace, name, labelSelector }: Watched,
  what: string,
  holds: (objects: readonly T[]) => boolean,
  deadlineMs = 90_000,
): Promise<readonly T[]> {
  const fieldSelector = name === undefined ? undefined : `metadata.name=${name}`;
  const reflector = new Reflector({ client, resource, namespaces: [namespace], fieldSelector, labelSelector });
  const stop = new AbortController();
  const { promise, resolve, reject } = Promise.withResolvers<readonly T[]>();
  const look = (): void => {
    const objects = reflector.store.list();
    if (reflector.hasSynced && holds(objects)) resolve(objects);
  };
  const deadline = setTimeout(() => {
    const last = JSON.stringify(reflector.store.list(), undefined, 2);
    // Shows whether the watch has stalled or the object has not changed.
    const { hasSynced, isListing, failure } = reflector;
    const watch = JSON.stringify({ hasSynced, isListing, failure: failure?.message });
    reject(new Error(`timed out after ${deadlineMs} ms, waiting until ${what}; watch: ${watch}; last seen: ${last}`));
  }, deadlineMs);
  reflector.onChange(look);
  const run = reflector.run(stop.signal);
  try {
    await Promise.race([reflector.waitForSync(stop.signal), promise]);
    look();
    return await promise;
  } finally {
    clearTimeout(deadline);
    stop.abort();
    await run;
  }
}
