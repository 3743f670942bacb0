import { existsSync } from 'node:fs';
import { delimiter, dirname, resolve, sep } from 'node:path';
import { binary, findBuild } from './build.ts';
import { clustersDirectory, type Cache } from './cache.ts';
import { EmbeddedCluster, type Cluster } from './cluster.ts';
import { findOnPath, runCommand, type CommandResult } from './command.ts';
import { ClusterError } from './errors.ts';
import { readRecord, type ClusterLevel, type PodSupport } from './record.ts';

/**
 * The cluster that KUBECONFIG names, if any: an external one, or a running local one. A local one that is gone counts as none,
 * because the variable may be left over after a `down`.
 *
 * @throws ClusterError if KUBECONFIG is invalid, or names a cluster without Tekton where Tekton is needed
 */
export async function findNamedCluster(
  cache: Cache,
  level: ClusterLevel,
  env: NodeJS.ProcessEnv = process.env,
  signal?: AbortSignal,
): Promise<Cluster | undefined> {
  const kubeconfig = env['KUBECONFIG'];
  if (!kubeconfig) return undefined;
  const ours = cacheEntryOf(cache, kubeconfig);
  const record = ours && readRecord(ours);
  if (ours && !record) return undefined;
  const files = kubeconfig.split(delimiter).filter(Boolean);
  if (!files.some((file) => existsSync(file))) {
    throw new ClusterError(
      `KUBECONFIG names ${kubeconfig}, and there is no such file. Correct it, or unset it to use the local cluster.`,
    );
  }
  const kubectl = kubectlFor(cache);
  const ask = (...args: string[]) => runCommand(kubectl, ['--request-timeout=10s', ...args], { env, signal });
  requireAnswer(kubeconfig, await ask('get', '--raw', '/version'));
  if (level !== 'api') requireTekton(kubeconfig, await ask('get', '--raw', '/apis/tekton.dev/v1'));
  if (record) return new EmbeddedCluster(cache, record, { removesOnStop: false, embedded: false });
  const server = (await ask('config', 'view', '--minify', '--output', 'jsonpath={.clusters[0].cluster.server}')).stdout;
  const pods = podSupport(await ask('get', 'nodes', '--output', readyConditions));
  return somebodysCluster({ kubeconfig, kubectl, server, pods, registry: env['WFE_CLUSTER_REGISTRY'] });
}

const readyConditions = 'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}';

/** The directory of the local cluster that this kubeconfig belongs, or belonged, to. */
function cacheEntryOf(cache: Cache, kubeconfig: string): string | undefined {
  const directory = dirname(resolve(kubeconfig));
  return directory.startsWith(clustersDirectory(cache) + sep) ? directory : undefined;
}

function kubectlFor(cache: Cache): string {
  const build = findBuild(cache);
  const kubectl = findOnPath('kubectl') ?? (build && binary(build, 'kubectl'));
  if (kubectl) return kubectl;
  throw new ClusterError(
    'KUBECONFIG names a cluster, and there is no kubectl on the PATH to reach it. Install kubectl, or unset KUBECONFIG ' +
      'to use the local cluster.',
  );
}

function requireAnswer(kubeconfig: string, answer: CommandResult): void {
  if (answer.code === 0) return;
  throw new ClusterError(
    `The cluster that KUBECONFIG names (${kubeconfig}) does not answer: ${lastLine(answer.stderr)}. ` +
      'Start it or correct KUBECONFIG; unset it to use the local cluster.',
  );
}

function requireTekton(kubeconfig: string, answer: CommandResult): void {
  if (answer.code === 0) return;
  throw new ClusterError(
    `The cluster that KUBECONFIG names (${kubeconfig}) answers, but has no Tekton (tekton.dev/v1): ` +
      `${lastLine(answer.stderr)}. Install Tekton Pipelines there, or unset KUBECONFIG to use the local cluster.`,
  );
}

function lastLine(text: string): string {
  return (text.trim().split('\n').at(-1) ?? '').replace(/^error: |\.$/g, '');
}

function podSupport(nodes: CommandResult): PodSupport {
  if (nodes.code !== 0) return { available: false, reason: `its nodes may not be listed: ${lastLine(nodes.stderr)}` };
  if (nodes.stdout.split(' ').includes('True')) return { available: true };
  return { available: false, reason: 'the cluster that KUBECONFIG names has no ready node' };
}

type Known = Pick<Cluster, 'kubeconfig' | 'kubectl' | 'server' | 'pods' | 'registry'>;

/** An external cluster: neither it nor its components can be stopped. */
function somebodysCluster(known: Known): Cluster {
  const refuse = () => {
    throw new ClusterError('This cluster is external; its components cannot be stopped.');
  };
  const refuseLater = () => Promise.resolve().then(refuse);
  return {
    ...known,
    embedded: false,
    name: 'KUBECONFIG',
    directory: '',
    restart: refuseLater,
    kill: refuseLater,
    start: refuseLater,
    freeze: refuse,
    thaw: refuse,
    stop: () => Promise.resolve(),
  };
}
