import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonRecord } from '../../../src/kubernetes/json.ts';
import { kubectl } from '../../support/product.ts';
import { cluster } from './rendered.ts';

/**
 * What the API server says to objects that it is to apply or to create, of which it keeps none. A field that it does not know
 * is an error (`fieldValidation=Strict`, https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation).
 *
 * @throws ClusterError with what it does not take
 */
export async function dryRun(command: 'apply' | 'create', objects: readonly JsonRecord[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'workflow-execution-objects-'));
  try {
    const file = join(directory, 'objects.json');
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    const options = command === 'apply' ? ['--server-side', '--force-conflicts'] : [];
    return await kubectl(cluster, command, ...options, '--validate=strict', '--dry-run=server', '-f', file);
  } finally {
    await rm(directory, { recursive: true });
  }
}
