// Demonstrates the service on one machine: `npm run demo`. With `-- --once` it exits after a JSON summary.
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterError } from '../test/cluster/errors.ts';
import { startCluster } from '../test/cluster/index.ts';
import type { Cluster } from '../test/cluster/index.ts';
import { streamProgress } from '../test/cluster/progress.ts';
import { startDataStorage } from '../test/data-storage/index.ts';
import { buildProduct } from '../test/support/build.ts';
import { applyProduct, kubectl } from '../test/support/product.ts';
import { serviceKubeconfig } from '../test/support/service-account.ts';
import { startService } from '../test/support/service.ts';
import type { ServiceProcess } from '../test/support/service.ts';
import { publisherFor, publishSampleWorkflow } from '../test/support/workflows.ts';
import { showAudit } from './audit.ts';
import {
  createNamespace,
  isInstalled,
  removeExecutions,
  removeNamespace,
  requireFree,
  uninstall,
} from './installation.ts';
import { nextSteps, summaryOf, tokenCommand } from './report.ts';
import type { Row } from './view.ts';
import { submitByGrpc, submitByKubectl, submitByRest } from './submit.ts';
import { followPhases } from './view.ts';

const namespace = 'workflow-execution-demo';
/** The ServiceAccount that calls the API. */
const caller = 'remediation-orchestrator';
const once = process.argv.includes('--once');
const interrupted = new AbortController();
const progress = streamProgress(process.stderr);
const log = (line: string): void => console.log(line);

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (once) process.exitCode = 128 + constants.signals[signal];
    interrupted.abort();
  });
}

try {
  await main();
} catch (error) {
  if (!interrupted.signal.aborted) {
    console.error(error instanceof ClusterError ? `error: ${error.message}` : error);
    process.exitCode = 1;
  }
}

async function main(): Promise<void> {
  await buildProduct({ progress, signal: interrupted.signal });
  const cluster = await startCluster({ level: 'pods', owner: 'process', progress, signal: interrupted.signal });
  try {
    await demonstrate(cluster);
  } finally {
    await cluster.stop();
  }
}

async function demonstrate(cluster: Cluster): Promise<void> {
  if (!cluster.pods.available) throw new ClusterError(`The demo runs real containers. ${cluster.pods.reason}`);
  await requireFree(cluster, namespace);
  const wasInstalled = await isInstalled(cluster);
  const directory = await mkdtemp(join(tmpdir(), 'workflow-execution-demo-'));
  try {
    if (!wasInstalled) await applyProduct(cluster);
    await prepareNamespace(cluster);
    await runService(cluster, directory);
  } finally {
    await rm(directory, { recursive: true });
    // The demo's own cluster is deleted as a whole.
    if (!cluster.embedded) await cleanUp(cluster, wasInstalled);
  }
}

/** Runs the service and the demo's executions in local processes. */
async function runService(cluster: Cluster, directory: string): Promise<void> {
  const image = await publishSampleWorkflow(publisherFor(cluster));
  log(`Published the sample workflow as ${image}.`);
  const storage = await startDataStorage({ directory: join(directory, 'data-storage') });
  const service = await startService({
    kubeconfig: await serviceKubeconfig(cluster, directory),
    settings: { WFE_WATCH_NAMESPACES: namespace, WFE_DATA_STORAGE_URL: storage.url },
  });
  try {
    const rows = await submitAndFollow(cluster, service, image);
    await showOutput(cluster, rows);
    await showAudit(cluster, namespace, storage, log);
    if (once) return finish(rows);
    log(nextSteps(cluster, service, { namespace, caller }));
    await untilInterrupted(service);
  } finally {
    if (!cluster.embedded) await removeExecutions(cluster, namespace).catch(reportFailedCleanup);
    await service.stop();
    await storage.stop();
  }
}

/** Removes the demo's resources from a cluster that it did not create. */
async function cleanUp(cluster: Cluster, wasInstalled: boolean): Promise<void> {
  await removeNamespace(cluster, namespace).catch(reportFailedCleanup);
  if (!wasInstalled) await uninstall(cluster).catch(reportFailedCleanup);
}

/** Reports a failed cleanup, even of an interrupted demo. */
function reportFailedCleanup(error: unknown): void {
  console.error(`The demo could not remove what it has created: ${String(error)}`);
  process.exitCode = 1;
}

/** Creates the namespace of the executions with its ServiceAccounts. */
async function prepareNamespace(cluster: Cluster): Promise<void> {
  await createNamespace(cluster, namespace);
  await kubectl(cluster, 'create', 'serviceaccount', 'workflow-execution-sa', '-n', namespace);
  await kubectl(cluster, 'create', 'serviceaccount', caller, '-n', namespace);
  const role = ['--clusterrole=workflow-execution-operator', `--serviceaccount=${namespace}:${caller}`];
  await kubectl(cluster, 'create', 'rolebinding', caller, '-n', namespace, ...role);
}

/** A token of the caller, an operator of executions in the demo's namespace. */
async function callerToken(cluster: Cluster): Promise<string> {
  return (await kubectl(cluster, ...tokenCommand(namespace, caller))).trim();
}

async function submitAndFollow(cluster: Cluster, service: ServiceProcess, image: string): Promise<Row[]> {
  const submission = (name: string, message: string) => ({
    ...{ namespace, name, image, message },
    target: `${namespace}/deployment/${name.replace('from-', '')}`,
  });
  log('Submitting three executions: over gRPC, over REST and with kubectl apply.');
  const names = ['from-orchestrator', 'from-person', 'from-gitops'];
  const following = followPhases(cluster, namespace, names, log, interrupted.signal);
  const token = await callerToken(cluster);
  await submitByGrpc(
    service.grpc,
    token,
    submission('from-orchestrator', 'Hello from RemediationOrchestrator, over gRPC'),
  );
  await submitByRest(service.http, token, submission('from-person', 'Hello from a person, over REST'));
  await submitByKubectl(cluster, submission('from-gitops', 'Hello from GitOps, with kubectl apply'));
  return following;
}

async function showOutput(cluster: Cluster, rows: readonly Row[]): Promise<void> {
  log('What the containers printed:');
  for (const { name, pipelineRun } of rows) {
    const selector = `tekton.dev/pipelineRun=${pipelineRun}`;
    const output = await kubectl(cluster, 'logs', '-n', namespace, '-l', selector, '-c', 'step-report', '--tail=-1');
    log(output.trimEnd().replace(/^/gm, `  ${name.padEnd(18)} | `));
  }
}

function finish(rows: readonly Row[]): void {
  const summary = summaryOf(rows);
  log(JSON.stringify(summary));
  process.exitCode = summary.completed === summary.submitted ? 0 : 1;
}

async function untilInterrupted(service: ServiceProcess): Promise<void> {
  log('The service runs until you press Ctrl-C.');
  const stopped = new Promise((resolve) => interrupted.signal.addEventListener('abort', resolve, { once: true }));
  const ended = await Promise.race([stopped.then(() => undefined), service.exited]);
  if (ended === undefined) return log('Stopping and cleaning up.');
  throw new Error(`The service exited with ${ended.signal ?? `exit code ${ended.code}`}:\n${service.log.join('\n')}`);
}
