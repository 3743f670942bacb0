import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { recordOf, stringOf, type JsonRecord } from '../../../src/kubernetes/json.ts';
import { kubectl } from '../../support/product.ts';

/** The cluster of the tests, as kubectl needs it. */
export const cluster = {
  kubeconfig: process.env['WFE_TEST_KUBECONFIG'] ?? '',
  kubectl: process.env['WFE_TEST_KUBECTL'] ?? 'kubectl',
};

const deploy = join(import.meta.dirname, '..', '..', '..', 'deploy');

/** The objects of a directory of deploy/ as `kubectl kustomize` makes them. */
export async function rendered(directory: string): Promise<JsonRecord[]> {
  const text = await kubectl(cluster, 'kustomize', join(deploy, directory));
  return parseAllDocuments(text).map((document) => recordOf(document.toJS()));
}

/** The one object of a kind and name among others. */
export function objectOf(objects: readonly JsonRecord[], kind: string, name: string): JsonRecord {
  const found = objects.filter((object) => object['kind'] === kind && nameOf(object) === name);
  if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} objects are ${kind} ${name}`);
  return found[0];
}

/** What the settings of the service are in a directory of deploy/. */
export async function settingsOf(directory: string): Promise<Record<string, string>> {
  const { data } = objectOf(await rendered(directory), 'ConfigMap', 'workflow-execution-settings');
  return Object.fromEntries(Object.entries(recordOf(data)).map(([name, value]) => [name, String(value)]));
}

/** The spec of the pods of the Deployment. */
export async function podSpecOf(directory: string): Promise<JsonRecord> {
  const { spec } = objectOf(await rendered(directory), 'Deployment', 'workflow-execution');
  return recordOf(recordOf(recordOf(spec)['template'])['spec']);
}

function nameOf(object: JsonRecord): string | undefined {
  return stringOf(recordOf(object['metadata'])['name']);
}
