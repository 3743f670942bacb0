import { NotFoundError } from '../kubernetes/errors.ts';
import { arrayOf, parseJson, recordOf } from '../kubernetes/json.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';

/** A resource that the cluster has to know before the service can work, and what to do when it does not. */
export interface RequiredResource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  /** What a person does about its absence, a sentence. */
  readonly remedy: string;
}

/** The cluster lacks something; the message is a sentence for the person who starts the service. */
export class ClusterIncompleteError extends Error {
  override readonly name = 'ClusterIncompleteError';
}

/**
 * Asks the API server whether it knows the resources, before anything is started on it.
 *
 * @throws ClusterIncompleteError naming the first resource that it does not know, and what to do
 * @throws KubernetesError when it does not answer
 */
export async function requireResources(
  client: Pick<KubernetesClient, 'raw'>,
  required: readonly RequiredResource[],
): Promise<void> {
  for (const resource of required) {
    if (await isServed(client, resource)) continue;
    const { plural, group, version, remedy } = resource;
    throw new ClusterIncompleteError(`The cluster does not know ${plural}.${group}/${version}. ${remedy}`);
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
