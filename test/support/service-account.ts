import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from '../cluster/index.ts';
import { kubectl } from './product.ts';

/** Namespace of the ServiceAccounts in deploy/. */
export const systemNamespace = 'kubernaut-system';

/** The ServiceAccounts in deploy/: of a process with both roles, and of one with either. */
export const serviceAccounts = {
  both: 'workflow-execution',
  api: 'workflow-execution-api',
  controller: 'workflow-execution-controller',
} as const;

const ofBoth = join(import.meta.dirname, '..', '..', 'deploy', 'components', 'one-process', 'service-account.yaml');

/**
 * Writes a kubeconfig for a ServiceAccount of the service, which then runs with the rights that it is shipped with and no
 * others.
 *
 * @param directory where the file goes; it holds a token and is readable by its owner only
 * @param roles that the process plays
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
