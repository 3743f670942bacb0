import type { KubernetesClient } from '../kubernetes/client.ts';
import { NotFoundError } from '../kubernetes/errors.ts';
import type { KubernetesObject, ObjectKey } from '../kubernetes/kubernetes-object.ts';
import type { Reflector } from '../kubernetes/reflector.ts';

/** Reads an object from the API server and lets the reflector's store know it; undefined when it is not there. */
export async function readLive<T extends KubernetesObject>(
  client: KubernetesClient,
  reflector: Reflector<T>,
  key: ObjectKey,
  signal: AbortSignal,
): Promise<T | undefined> {
  try {
    const object = await client.get(reflector.resource, key, { signal });
    reflector.store.upsertIfNewer(object);
    return object;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}
