// Demonstrates the service on one machine: `npm run demo`. With `-- --once` it exits after a JSON summary.
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ClusterError } from '../test/cluster/errors.ts';
import { startCluster } from '../test/cluster/index.ts';
import type { Cluster } from '../test/cluster/index.ts';
import { streamProgress } from '../test/cluster/progress.ts';
import { routeKubernetesService } from '../test/cluster/service-route.ts';
import { startDataStorage } from '../test/data-storage/index.ts';
import { buildProduct } from '../test/support/build.ts';
import { applyProduct } from '../test/support/product.ts';
import { serviceKubeconfig } from '../test/support/service-account.ts';
import { startService } from '../test/support/service.ts';
import type { ServiceProcess } from '../test/support/service.ts';
import { restartPipeline } from '../test/support/restart-workflow.ts';
import { publisherFor, publishSampleWorkflow, publishWorkflow, type Publisher } from '../test/support/workflows.ts';
import { showAudit } from './audit.ts';
import { isInstalled, removeExecutions, removeNamespace, requireFree, uninstall } from './installation.ts';
import { prepareNamespace } from './people.ts';
import { nextSteps, summaryOf } from './report.ts';
import { runScenario, showOutcomes, type Workflows } from './scenario.ts';
import type { Row } from './view.ts';

const namespace = 'workflow-execution-demo';
const { once, help } = readOptions();
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
  if (help) console.log('usage: npm run demo [-- --once]\n\n  --once   exit after a JSON summary of the executions');
  else await main();
} catch (error) {
  if (!interrupted.signal.aborted) {
    console.error(error instanceof ClusterError ? `error: ${error.message}` : error);
    process.exitCode = 1;
  }
}

function readOptions(): { readonly once?: boolean; readonly help?: boolean } {
  try {
    return parseArgs({ options: { once: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } }).values;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(64);
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
  // Pods of other clusters reach the API server without help.
  const removeRoute = cluster.directory === '' ? undefined : await routeKubernetesService(cluster);
  try {
    if (!wasInstalled) await applyProduct(cluster);
    const publisher = publisherFor(cluster);
    await prepareNamespace(cluster, namespace, publisher.stepImage);
    await runService(cluster, directory, await publish(cluster, publisher));
  } finally {
    await removeRoute?.();
    await rm(directory, { recursive: true });
    // The demo's own cluster is deleted as a whole.
    if (!cluster.embedded) await cleanUp(cluster, wasInstalled);
  }
}

/** Publishes the workflows of the demo. */
async function publish(cluster: Cluster, publisher: Publisher): Promise<Workflows> {
  const sample = await publishSampleWorkflow(publisher);
  const restart = await publishWorkflow(publisher, 'restart:v1', await restartPipeline(cluster));
  log(`Published two workflows: ${sample} and ${restart}.`);
  return { sample, restart };
}

/** Runs the service and the demo's executions in local processes. */
async function runService(cluster: Cluster, directory: string, workflows: Workflows): Promise<void> {
  const storage = await startDataStorage({ directory: join(directory, 'data-storage') });
  const service = await startService({
    kubeconfig: await serviceKubeconfig(cluster, directory),
    settings: { WFE_WATCH_NAMESPACES: namespace, WFE_DATA_STORAGE_URL: storage.url },
  });
  try {
    const demo = { cluster, service, namespace, workflows, log, signal: interrupted.signal };
    const rows = await runScenario(demo);
    await showOutcomes(demo);
    await showAudit(cluster, namespace, storage, log);
    if (once) return finish(rows);
    log(nextSteps(demo));
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

function finish(rows: readonly Row[]): void {
  const summary = summaryOf(rows);
  log(JSON.stringify(summary));
  process.exitCode = summary.asExpected ? 0 : 1;
}

async function untilInterrupted(service: ServiceProcess): Promise<void> {
  log('The service runs until you press Ctrl-C.');
  const stopped = new Promise((resolve) => interrupted.signal.addEventListener('abort', resolve, { once: true }));
  const ended = await Promise.race([stopped.then(() => undefined), service.exited]);
  if (ended === undefined) return log('Stopping and cleaning up.');
  throw new Error(`The service exited with ${ended.signal ?? `exit code ${ended.code}`}:\n${service.log.join('\n')}`);
}
