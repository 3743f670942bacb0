import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Cluster } from '../../cluster/index.ts';
import { at, isObject, type JsonObject } from '../../cluster/json.ts';
import { kubectl } from '../../support/product.ts';

const crdFile = join(import.meta.dirname, '../../../crds/workflowexecution.kubernaut.ai_workflowexecutions.yaml');

/** Fields that a later version could add: compatible changes, as in operations.md. */
export const newerFields = {
  spec: { priority: { type: 'integer' } },
  status: { attempts: { type: 'integer' } },
} as const;

/** Applies the CRD of a later version: the current one with additional optional fields. */
export async function applyNewerSchema(cluster: Pick<Cluster, 'directory' | 'kubectl' | 'kubeconfig'>): Promise<void> {
  const crd: unknown = parse(await readFile(crdFile, 'utf8'));
  const [version] = listAt(crd, 'spec', 'versions');
  const schema = objectAt(version, 'schema', 'openAPIV3Schema', 'properties');
  for (const [part, fields] of Object.entries(newerFields)) Object.assign(objectAt(schema, part, 'properties'), fields);
  const file = join(cluster.directory, 'newer.yaml');
  await writeFile(file, stringify(crd));
  await kubectl(cluster, 'apply', '--server-side', '--force-conflicts', '-f', file);
}

function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path);
  if (!Array.isArray(found)) throw new Error(`${path.join('.')} is no list`);
  return found;
}

function objectAt(value: unknown, ...path: readonly string[]): JsonObject {
  const found = at(value, ...path);
  if (!isObject(found)) throw new Error(`${path.join('.')} is no object`);
  return found;
}
