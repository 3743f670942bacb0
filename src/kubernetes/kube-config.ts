import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { load } from 'js-yaml';
import { arrayOf, recordOf, stringOf, parseJson } from './json.ts';
import { KubeConfigError, CancelledError } from './errors.ts';
import { PooledKubeConfig } from './pooled-kube-config.ts';
import type { CallOptions, KubernetesClient } from './client.ts';

/** https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ */
const serviceAccountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The cluster of this process, found as kubectl does: the files in `KUBECONFIG`, else `~/.kube/config`, else the pod's
 * ServiceAccount. Sends nothing to the cluster.
 *
 * @throws KubeConfigError when there is no usable configuration
 */
export function loadKubeConfig(env: Environment = process.env): PooledKubeConfig {
  const files = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  if (files.length > 0) return loadKubeConfigFiles(files);

  const home = join(env['HOME'] ?? homedir(), '.kube', 'config');
  if (existsSync(home)) return loadKubeConfigFiles([home]);

  if (env['KUBERNETES_SERVICE_HOST'] !== undefined && existsSync(serviceAccountToken)) {
    const config = new PooledKubeConfig("the pod's ServiceAccount");
    config.loadFromCluster();
    return config.checked();
  }
  throw new KubeConfigError(
    `No cluster is configured: KUBECONFIG is not set, ${home} does not exist, and this is not a pod with a ServiceAccount. ` +
      'Set KUBECONFIG to the path of a kubeconfig file.',
  );
}

/** Loads and merges kubeconfig files as kubectl does: missing files are skipped, the first to set a context wins. */
export function loadKubeConfigFiles(files: readonly string[]): PooledKubeConfig {
  const present = files.filter((file) => existsSync(file));
  if (present.length === 0) throw new KubeConfigError(`The kubeconfig ${files.join(', ')} does not exist`);

  const config = new PooledKubeConfig(`the kubeconfig ${present.join(', ')}`);
  for (const file of present) {
    try {
      const part = new PooledKubeConfig(file);
      part.loadFromFile(file);
      part.users = withTokenFiles(part.users, file);
      config.mergeConfig(part, config.currentContext !== undefined);
    } catch (cause) {
      // A YAML parser appends an excerpt of the file.
      const [why] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
      throw new KubeConfigError(`The kubeconfig ${file} cannot be used: ${why}`, { cause });
    }
  }
  return config.checked();
}

/**
 * Adds the `tokenFile` of each user, which client-node ignores. As in client-go, it takes precedence over `token` and is relative
 * to the directory of the kubeconfig. It becomes an authentication provider, which is read again and again.
 */
function withTokenFiles(users: PooledKubeConfig['users'], kubeconfig: string): PooledKubeConfig['users'] {
  const entries = arrayOf(recordOf(load(readFileSync(kubeconfig, 'utf8')))['users']).map(recordOf);
  return users.map((user) => {
    const entry = entries.find(({ name }) => name === user.name);
    const file = stringOf(recordOf(entry?.['user'])['tokenFile']);
    if (file === undefined || file === '') return user;
    const tokenFile = resolve(dirname(kubeconfig), file);
    return { ...user, token: undefined, authProvider: { name: 'tokenFile', config: { tokenFile } } };
  });
}

/**
 * Checks that the API server of a configuration answers.
 *
 * @returns its version, such as `v1.35.4`
 * @throws KubeConfigError when it cannot be used; the message names the file and the URL
 */
export async function requireCluster(
  client: KubernetesClient,
  config: PooledKubeConfig,
  options: CallOptions = { timeoutMs: 10_000 },
): Promise<string> {
  const server = `The API server ${config.server} of ${config.origin} (context "${config.currentContext}")`;
  let response: string;
  try {
    response = await client.raw('/version', options);
  } catch (cause) {
    if (cause instanceof CancelledError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new KubeConfigError(`${server} cannot be used: ${why}`, { cause });
  }
  const version = stringOf(recordOf(parseJson(response))['gitVersion']);
  if (version === undefined) throw new KubeConfigError(`${server} does not answer like one: is the URL right?`);
  return version;
}
