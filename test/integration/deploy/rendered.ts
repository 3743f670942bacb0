import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { arrayOf, recordOf, stringOf, type JsonRecord } from '../../../src/kubernetes/json.ts';
import { kubectl } from '../../support/product.ts';
import { cluster } from '../support/cluster.ts';

const deploy = join(import.meta.dirname, '..', '..', '..', 'deploy');

const cache = new Map<string, Promise<readonly JsonRecord[]>>();

/** The objects of a directory of deploy/ as `kubectl kustomize` renders them, once for each test file. */
export function rendered(directory: string): Promise<readonly JsonRecord[]> {
  const objects = cache.get(directory) ?? kustomized(join(deploy, directory));
  cache.set(directory, objects);
  return objects;
}

/** The objects of the base with components, in this order. */
export async function renderedWith(...components: readonly string[]): Promise<JsonRecord[]> {
  const directory = await mkdtemp(join(tmpdir(), 'workflow-execution-kustomization-'));
  const within = (path: string) => relative(directory, join(deploy, path));
  try {
    const added = components.map((component) => within(`components/${component}`));
    const kustomization = JSON.stringify({ resources: [within('base')], components: added });
    await writeFile(join(directory, 'kustomization.yaml'), kustomization);
    return await kustomized(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The objects that `kubectl kustomize` renders for a directory. */
export async function kustomized(directory: string): Promise<JsonRecord[]> {
  const text = await kubectl(cluster, 'kustomize', directory);
  return parseAllDocuments(text).map((document) => recordOf(document.toJS()));
}

/** The object of a kind and name; throws unless there is exactly one. */
export function objectOf(objects: readonly JsonRecord[], kind: string, name: string): JsonRecord {
  const found = objects.filter((object) => object['kind'] === kind && nameOf(object) === name);
  if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} objects are ${kind} ${name}`);
  return found[0];
}

/** The roles, each with a Deployment of its own. */
export const roles = ['api', 'controller'] as const;
/** One of {@link roles}. */
export type Role = (typeof roles)[number];

/** The settings of a role among objects: the shared ConfigMap, and the container's own variables over it. */
export function settingsIn(objects: readonly JsonRecord[], role: Role): Record<string, string> {
  const { data } = objectOf(objects, 'ConfigMap', 'workflow-execution-settings');
  const own = arrayOf(containerIn(objects, role)['env']).map((variable) => {
    const { name, value } = recordOf(variable);
    return [String(name), value] as const;
  });
  const all = [...Object.entries(recordOf(data)), ...own.filter(([name]) => !name.startsWith('KUBERNETES_'))];
  return Object.fromEntries(all.map(([name, value]) => [name, String(value)]));
}

/** The spec of the pods of a role among objects. */
export function podSpecIn(objects: readonly JsonRecord[], role: Role): JsonRecord {
  const { spec } = objectOf(objects, 'Deployment', `workflow-execution-${role}`);
  return recordOf(recordOf(recordOf(spec)['template'])['spec']);
}

/** The only container of the pods of a role. */
export function containerIn(objects: readonly JsonRecord[], role: Role): JsonRecord {
  return recordOf(arrayOf(podSpecIn(objects, role)['containers'])[0]);
}

function nameOf(object: JsonRecord): string | undefined {
  return stringOf(recordOf(object['metadata'])['name']);
}
