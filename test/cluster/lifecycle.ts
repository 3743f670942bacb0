import { clusterDirectory, findCache, type Cache } from './cache.ts';
import { removeCluster } from './cleanup.ts';
import { EmbeddedCluster, type Cluster } from './cluster.ts';
import { requireCache, requireSpace } from './disk.ts';
import { ClusterError } from './errors.ts';
import { findNamedCluster } from './external.ts';
import { withLock } from './lock.ts';
import { ensureVersions, type OtherVersions } from './other-versions.ts';
import { preparePods } from './packages.ts';
import { isAlive, ownIdentity } from './process.ts';
import { silent, showWaiting, type Progress } from './progress.ts';
import { isLocal, readRecord, type ClusterLevel, type ClusterRecord } from './record.ts';
import { allocate, bringUp, type Plan } from './start.ts';
import { ServiceFailed, Supervisor } from './supervisor.ts';
import { orphanReason, sweep } from './sweep.ts';

/** Options of a cluster. */
export interface StartClusterOptions {
  /** A DNS label of at most 30 characters. Default: `default`, or `run-PID` for a cluster owned by this process. */
  readonly name?: string;
  readonly level: ClusterLevel;
  /**
   * `process` (default): owned by this process, and removed by the next start of any cluster if the process dies. `none`:
   * stays until it is taken down.
   */
  readonly owner?: 'process' | 'none';
  readonly progress?: Progress;
  /** Aborts the start; everything started is removed before the promise rejects. */
  readonly signal?: AbortSignal;
  /** Ignores KUBECONFIG. */
  readonly ignoreKubeconfig?: boolean;
  /** Additional arguments for kube-apiserver, such as an audit policy. */
  readonly apiServerArgs?: readonly string[];
  /** Versions of Kubernetes and Tekton; default: those of this checkout. */
  readonly versions?: OtherVersions;
}

/** Gigabytes of one cluster, with images and a busy etcd. */
const spaceOfCluster = 0.5;
/** Retries if another process takes one of the chosen ports. */
const portAttempts = 3;

/**
 * Starts a cluster, or finds a running one: the one that KUBECONFIG names, or an unowned one of the same name and at least
 * this level. Builds the components first if needed.
 *
 * @throws ClusterError that says what is missing; ClusterAborted
 */
export async function startCluster(options: StartClusterOptions): Promise<Cluster> {
  const cache = findCache();
  const { progress = silent, signal, level, apiServerArgs = [], versions } = options;
  const named = options.ignoreKubeconfig ? undefined : await findNamedCluster(cache, level, process.env, signal);
  if (named) {
    progress(`Using the cluster that KUBECONFIG names: ${named.server}`);
    return named;
  }
  const name = checkedName(options.name ?? (options.owner === 'none' ? 'default' : `run-${process.pid}`));
  const build = await ensureVersions(cache, versions ?? {}, progress, signal);
  await sweep(cache, progress);
  const pods = level === 'pods' ? await preparePods(cache, progress, signal) : noNode(level);
  if (level === 'pods' && !pods.available) progress(`Continuing without pods: ${pods.reason}`);
  const onWait = showWaiting(progress, `cluster ${name}`);
  return withLock(cache, `cluster ${name}`, { signal, onWait }, async () => {
    const buildDirectory = versions && build.directory;
    const running = await findUsable(cache, name, { level, apiServerArgs, buildDirectory }, progress);
    if (running) return running;
    requireCache(cache);
    requireSpace('to start a cluster', [{ directory: cache.root, gigabytes: spaceOfCluster }]);
    const owner = options.owner === 'none' ? undefined : ownIdentity();
    const plan: Plan = { name, level, owner, apiServerArgs, pods };
    const start = async () => attempt(await allocate(cache, build, plan, signal), progress, signal);
    return new EmbeddedCluster(cache, await withOtherPorts(start, progress), { removesOnStop: true });
  });
}

/** A running cluster, or undefined. Its `stop` leaves it running. */
export function connectCluster(name: string, cache: Cache = findCache()): Promise<Cluster | undefined> {
  const record = readRecord(clusterDirectory(cache, checkedName(name)));
  const isUp = record?.state === 'ready' && isLocal(record) && !orphanReason(record);
  return Promise.resolve(isUp ? new EmbeddedCluster(cache, record, { removesOnStop: false }) : undefined);
}

/** Takes a cluster down, even an incomplete one or one of another process. A no-op if there is none. */
export async function takeDown(name: string, progress: Progress = silent, cache: Cache = findCache()): Promise<void> {
  const onWait = showWaiting(progress, `cluster ${name}`);
  await withLock(cache, `cluster ${checkedName(name)}`, { onWait }, () => removeCluster(clusterDirectory(cache, name)));
}

/** Components that should run but do not. */
export function missingServices(record: ClusterRecord): string[] {
  const names = Object.keys(record.processes);
  const isNode = (name: string) => ['sandbox', 'containerd', 'kubelet'].includes(name);
  return names.filter((name) => {
    const identity = record.processes[name];
    return identity && !isAlive(identity) && (record.pods.available || !isNode(name));
  });
}

function noNode(level: ClusterLevel) {
  return { available: false, reason: `it was started at level ${level}, which has no node` } as const;
}

/** Requirements for a running cluster; any build will do unless one is named. */
type Wanted = Pick<ClusterRecord, 'level' | 'apiServerArgs'> & Partial<Pick<ClusterRecord, 'buildDirectory'>>;

async function findUsable(cache: Cache, name: string, wanted: Wanted, progress: Progress) {
  const directory = clusterDirectory(cache, name);
  const record = readRecord(directory);
  if (record && !isLocal(record)) {
    throw new ClusterError(
      `Cluster ${name} belongs to another machine or container (${record.processSpace}) that uses the same cache. ` +
        'Choose another name, or take it down if that machine or container is gone.',
    );
  }
  if (record?.owner && isAlive(record.owner) && record.owner.pid !== process.pid) {
    throw new ClusterError(
      `Cluster ${name} belongs to process ${record.owner.pid}, which is running. Choose another name.`,
    );
  }
  if (record?.state === 'ready') {
    const obstacle = whyNotUsable(record, wanted);
    if (!obstacle) return new EmbeddedCluster(cache, record, { removesOnStop: false });
    progress(`Restarting cluster ${name}: ${obstacle}`);
  }
  await removeCluster(directory);
  return undefined;
}

function whyNotUsable(record: ClusterRecord, { level, apiServerArgs, buildDirectory }: Wanted): string | undefined {
  const levels: readonly ClusterLevel[] = ['api', 'tekton', 'pods'];
  if (record.apiServerArgs.join(' ') !== apiServerArgs.join(' ')) return 'its API server has other arguments';
  if (levels.indexOf(record.level) < levels.indexOf(level)) return `it has level ${record.level}, not ${level}`;
  if (buildDirectory !== undefined && record.buildDirectory !== buildDirectory) return 'it has other versions';
  const missing = missingServices(record);
  return missing.length > 0 ? `${missing.join(', ')} no longer runs` : undefined;
}

/** One attempt to start a cluster; removes everything if it fails. */
async function attempt(record: ClusterRecord, progress: Progress, signal?: AbortSignal): Promise<ClusterRecord> {
  const supervisor = new Supervisor(record);
  try {
    await bringUp(supervisor, progress, signal);
    return supervisor.record;
  } catch (error) {
    await removeCluster(record.directory);
    throw error;
  }
}

async function withOtherPorts(start: () => Promise<ClusterRecord>, progress: Progress): Promise<ClusterRecord> {
  for (let attemptsLeft = portAttempts - 1; ; attemptsLeft -= 1) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof ServiceFailed) || !error.portTaken || attemptsLeft === 0) throw error;
      progress(`${error.service} found its port taken; starting again with others`);
    }
  }
}

function checkedName(name: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$/.test(name)) return name;
  throw new ClusterError(
    `"${name}" is not a valid cluster name: use at most 30 lower case letters, digits and inner hyphens.`,
  );
}
