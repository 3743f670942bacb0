import { request } from 'undici';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { arrayOf, parseJson, recordOf, stringOf, type JsonRecord } from '../../../src/kubernetes/json.ts';
import { sharedCluster } from '../support/cluster.ts';

const kubeConfig = sharedCluster();
const kubernetes = new KubernetesClient(kubeConfig);
const query = new URLSearchParams({
  ...{ dryRun: 'All', fieldManager: 'dry-run', force: 'true' },
  // https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation
  fieldValidation: 'Strict',
});

/**
 * Applies objects with server-side apply, as a dry run: defaulting, validation, admission and unknown fields are checked,
 * and nothing is stored.
 *
 * @returns `KIND/NAME` of each
 * @throws Error with the message of the API server
 */
export async function dryRun(objects: readonly JsonRecord[]): Promise<readonly string[]> {
  return Promise.all(
    objects.map(async (object) => {
      const { kind, metadata } = object;
      const { name, namespace: given } = recordOf(metadata);
      const namespace = stringOf(given);
      const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
      const path = `${root(object)}${scope}/${await pluralOf(object)}/${String(name)}?${query.toString()}`;
      const { status, body } = await patch(path, object);
      if (status >= 300) throw new Error(`${String(kind)}/${String(name)}: ${String(body['message'])}`);
      return `${String(kind)}/${String(name)}`;
    }),
  );
}

function root({ apiVersion }: JsonRecord): string {
  return String(apiVersion).includes('/') ? `/apis/${String(apiVersion)}` : `/api/${String(apiVersion)}`;
}

const discovered = new Map<string, Promise<readonly JsonRecord[]>>();

/** The plural of an object's kind, by API discovery. */
async function pluralOf(object: JsonRecord): Promise<string> {
  const path = root(object);
  const resources = discovered.get(path) ?? resourcesAt(path);
  discovered.set(path, resources);
  const found = (await resources).find(({ kind, name }) => kind === object['kind'] && !String(name).includes('/'));
  const plural = stringOf(found?.['name']);
  if (plural === undefined) throw new Error(`${path} has no kind ${String(object['kind'])}`);
  return plural;
}

async function resourcesAt(path: string): Promise<readonly JsonRecord[]> {
  return arrayOf(recordOf(parseJson(await kubernetes.raw(path)))['resources']).map(recordOf);
}

async function patch(path: string, object: JsonRecord): Promise<{ status: number; body: JsonRecord }> {
  const { server, headers, dispatcher } = await kubeConfig.connection();
  const { statusCode, body } = await request(`${server}${path}`, {
    method: 'PATCH',
    // JSON is YAML too.
    headers: { ...headers, 'content-type': 'application/apply-patch+yaml' },
    body: JSON.stringify(object),
    dispatcher,
  });
  return { status: statusCode, body: recordOf(await body.json()) };
}
