import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { clusterDirectory, clusterNames, findCache } from './cache.ts';
import type { Cluster } from './cluster.ts';
import { ClusterError } from './errors.ts';
import { connectCluster, missingServices, startCluster, takeDown } from './lifecycle.ts';
import type { OtherVersions } from './other-versions.ts';
import { streamProgress } from './progress.ts';
import { isLocal, kubeconfigPath, readRecord, serverUrl, type ClusterLevel } from './record.ts';
import { orphanReasonOf } from './sweep.ts';

const usage = `usage: npm run cluster -- COMMAND [--name NAME]

  up [--level api|tekton|pods] [--kubernetes VERSION] [--tekton VERSION]
                                 start a cluster that stays until taken down (default level: pods)
  down [--all]                   remove it completely
  status                         show components and logs
  kubeconfig                     print the path of its kubeconfig
  kubectl ARGUMENT...            run kubectl on it

The default NAME is "default". With KUBECONFIG set, "up" only checks that cluster.`;

const progress = streamProgress(process.stderr);

main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof ClusterError) progress(`error: ${error.message}`);
  else console.error(error);
  process.exitCode ||= 1;
});

async function main(argv: readonly string[]): Promise<void> {
  const [command, ...rest] = argv;
  if (command === 'kubectl') return runKubectl(rest);
  const { values } = readOptions(rest);
  const name = values.name ?? 'default';
  switch (command) {
    case 'up':
      return up(name, levelOf(values.level), values);
    case 'down':
      return down(values.all ? clusterNames(findCache()) : [name]);
    case 'status':
      return status();
    case 'kubeconfig':
      return printKubeconfig(name);
    case 'help':
    case '--help':
    case '-h':
      return console.log(usage);
    default:
      throw new ClusterError(usage);
  }
}

function readOptions(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const options = { name: text, level: text, kubernetes: text, tekton: text, all: { type: 'boolean' } } as const;
    return parseArgs({ args: [...args], options });
  } catch (error) {
    throw new ClusterError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

function levelOf(text: string | undefined): ClusterLevel {
  if (text === 'api' || text === 'tekton' || text === 'pods') return text;
  if (text === undefined) return 'pods';
  throw new ClusterError(`There is no level "${text}": use api, tekton or pods.`);
}

async function up(name: string, level: ClusterLevel, { kubernetes, tekton }: OtherVersions): Promise<void> {
  const versions = kubernetes === undefined && tekton === undefined ? undefined : { kubernetes, tekton };
  const cluster = await startCluster({ name, level, owner: 'none', versions, progress, signal: signalOfInterrupts() });
  console.log(`\n${howToUse(cluster)}`);
}

function howToUse(cluster: Cluster): string {
  const pods = cluster.pods.available ? 'Pods run in real containers.' : `Pods do not run: ${cluster.pods.reason}.`;
  const named = cluster.name === 'default' ? '' : ` --name ${cluster.name}`;
  return [
    `The cluster is up at ${cluster.server}. ${pods}`,
    '',
    `  export KUBECONFIG=${cluster.kubeconfig}`,
    `  ${cluster.kubectl} get pods --all-namespaces`,
    '',
    ...(cluster.registry ? [`  registry (plain HTTP): ${cluster.registry}`] : []),
    ...(cluster.embedded ? [`  take it down:          npm run cluster -- down${named}`] : []),
  ].join('\n');
}

/** Aborts at the first SIGINT, SIGTERM or SIGHUP. Further ones are ignored during cleanup. */
function signalOfInterrupts(): AbortSignal {
  const controller = new AbortController();
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (!controller.signal.aborted) progress('Aborting and cleaning up …');
      process.exitCode = codes[name];
      controller.abort();
    });
  }
  return controller.signal;
}

async function down(names: readonly string[]): Promise<void> {
  for (const name of names) {
    await takeDown(name, progress);
    progress(`Cluster ${name} was removed.`);
  }
}

function status(): void {
  const cache = findCache();
  const names = clusterNames(cache);
  if (names.length === 0) console.log('No cluster is up.');
  for (const name of names) console.log(describe(clusterDirectory(cache, name), name));
}

function describe(directory: string, name: string): string {
  const orphan = orphanReasonOf(directory);
  if (orphan) return `${name}: to be removed by the next start or down (${orphan})`;
  const record = readRecord(directory);
  if (!record) return `${name}: started by another version of this program; "down --name ${name}" removes it`;
  if (!isLocal(record)) return `${name}: on another machine or in another container (${record.processSpace})`;
  const missing = missingServices(record);
  return [
    `${name}: ${record.state}, level ${record.level}, ${serverUrl(record)}`,
    `  pods:       ${record.pods.available ? 'run in real containers' : record.pods.reason}`,
    `  components: ${missing.length > 0 ? `${missing.join(', ')} no longer runs` : 'all run'}`,
    `  kubeconfig: ${kubeconfigPath(directory)}`,
    `  logs:       ${directory}/log`,
    ...(record.owner ? [`  belongs to process ${record.owner.pid}`] : []),
  ].join('\n');
}

async function printKubeconfig(name: string): Promise<void> {
  console.log((await required(name)).kubeconfig);
}

async function required(name: string) {
  const cluster = await connectCluster(name);
  if (!cluster) throw new ClusterError(`Cluster ${name} is not up. Start it: npm run cluster -- up`);
  return cluster;
}

/** Runs kubectl on the cluster in this terminal. A leading `--name NAME` selects the cluster. */
async function runKubectl(args: readonly string[]): Promise<void> {
  const isNamed = args[0] === '--name';
  const cluster = await required(isNamed ? (args[1] ?? '') : 'default');
  const env = { ...process.env, KUBECONFIG: cluster.kubeconfig };
  const child = spawn(cluster.kubectl, isNamed ? args.slice(2) : args, { stdio: 'inherit', env });
  process.exitCode = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
