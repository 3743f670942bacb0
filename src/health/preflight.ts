import { NotFoundError } from '../kubernetes/errors.ts';
import { arrayOf, parseJson, recordOf } from '../kubernetes/json.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';

/** A resource that the cluster must serve. */
export interface RequiredResource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  /** How to install it, a sentence. */
  readonly remedy: string;
}

/** The cluster does not serve a required resource; the message says how to install it. */
export class ClusterIncompleteError extends Error {
  override readonly name = 'ClusterIncompleteError';
}

/**
 * Checks by API discovery that the API server serves the resources.
 *
 * @throws ClusterIncompleteError for the first missing one
 * @throws KubernetesError if the API server does not respond
 */
export async function requireResources(
  client: Pick<KubernetesClient, 'raw'>,
  required: readonly RequiredResource[],
): Promise<void> {
  for (const resource of required) {
    if (await isServed(client, resource)) continue;
    const { plural, group, version, remedy } = resource;
    throw new ClusterIncompleteError(`The cluster does not serve ${plural}.${group}/${version}. ${remedy}`);
  }
}

/** Discovery: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api */
async function isServed(
  client: Pick<KubernetesClient, 'raw'>,
  { group, version, plural }: RequiredResource,
): Promise<boolean> {
  try {
    const list = recordOf(parseJson(await client.raw(`/apis/${group}/${version}`, { timeoutMs: 10_000 })));
    return arrayOf(list['resources']).some((resource) => recordOf(resource)['name'] === plural);
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}
