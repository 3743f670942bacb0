import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from '../cluster/index.ts';
import { kubectl } from './product.ts';

/**
 * Writes a kubeconfig that acts as the service's own ServiceAccount, so that the service runs with the rights it is
 * shipped with and no others.
 *
 * @param directory where the file goes; it holds a token and is readable by its owner only
 * @returns path of the file
 */
export async function serviceKubeconfig(
  cluster: Pick<Cluster, 'kubectl' | 'kubeconfig'>,
  directory: string,
): Promise<string> {
  const token = await kubectl(
    cluster,
    'create',
    'token',
    'workflow-execution',
    '-n',
    'kubernaut-system',
    '--duration=24h',
  );
  const server = await kubectl(
    cluster,
    'config',
    'view',
    '--raw',
    '--minify',
    '--flatten',
    '-o',
    'jsonpath={.clusters[0].cluster}',
  );
  const ours: unknown = JSON.parse(server);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'service',
    contexts: [{ name: 'service', context: { cluster: 'cluster', user: 'workflow-execution' } }],
    clusters: [{ name: 'cluster', cluster: ours }],
    users: [{ name: 'workflow-execution', user: { token: token.trim() } }],
  };
  const file = join(directory, `service-${randomBytes(4).toString('hex')}.kubeconfig`);
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}
