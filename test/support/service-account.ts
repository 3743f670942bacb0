import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from '../cluster/index.ts';
import { kubectl } from './product.ts';

/** Namespace of the ServiceAccounts in deploy/. */
export const systemNamespace = 'kubernaut-system';

/** ServiceAccounts in deploy/: for both roles, and for each role. */
export const serviceAccounts = {
  both: 'workflow-execution',
  api: 'workflow-execution-api',
  controller: 'workflow-execution-controller',
} as const;

const ofBoth = join(import.meta.dirname, '..', '..', 'deploy', 'components', 'one-process', 'service-account.yaml');

/**
 * Writes a kubeconfig for a ServiceAccount of the service, with exactly the shipped permissions.
 *
 * @param directory where the file goes; it contains a token and is readable by its owner only
 * @param roles of the process
 * @returns path of the file
 */
export async function serviceKubeconfig(
  cluster: Pick<Cluster, 'kubectl' | 'kubeconfig'>,
  directory: string,
  roles: keyof typeof serviceAccounts = 'both',
): Promise<string> {
  const user = serviceAccounts[roles];
  if (roles === 'both') await kubectl(cluster, 'apply', '--server-side', '-f', ofBoth);
  const token = await kubectl(cluster, 'create', 'token', user, '-n', systemNamespace, '--duration=24h');
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
    contexts: [{ name: 'service', context: { cluster: 'cluster', user } }],
    clusters: [{ name: 'cluster', cluster: ours }],
    users: [{ name: user, user: { token: token.trim() } }],
  };
  const file = join(directory, `${user}-${randomBytes(4).toString('hex')}.kubeconfig`);
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}
