// The tests, on a real Kubernetes with a real Tekton: `npm test`, or `npm test -- unit|integration|e2e [jest options]`.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, tmpdir } from 'node:os';
import { findCache } from './cluster/cache.ts';
import { ClusterError } from './cluster/errors.ts';
import { startCluster } from './cluster/index.ts';
import type { Cluster } from './cluster/index.ts';
import { streamProgress } from './cluster/progress.ts';
import { ensurePromtool } from './prometheus/promtool.ts';
import { buildProduct } from './support/build.ts';
import { applyProduct } from './support/product.ts';
import { serviceKubeconfig } from './support/service-account.ts';
import { publisherFor } from './support/workflows.ts';
import { auditArguments, rightsViolations } from './rights/violations.ts';
import { closingLine, tallyOf } from './tally.ts';
import type { Tally } from './tally.ts';

const root = join(import.meta.dirname, '..');
const results = join(root, 'test-results');
/** The name of Jest's report in {@link results}. */
const reportName = 'jest.json';
/** Milliseconds that Jest may go on after its report when a test has left something open; then it is ended, a failure. */
const lingeringMs = 20_000;
const tiers = ['unit', 'integration', 'e2e'];
const progress = streamProgress(process.stderr);
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    process.exitCode = 128 + constants.signals[signal];
    interrupted.abort();
  });
}

try {
  const tally = await main(process.argv.slice(2));
  writeFileSync(join(results, 'tally.txt'), `${closingLine(tally)}\n`);
  console.log(closingLine(tally));
  if (tally.failed > 0) process.exitCode = 1;
} catch (error) {
  if (interrupted.signal.aborted) console.error('Interrupted.');
  else console.error(error instanceof ClusterError ? `error: ${error.message}` : error);
  process.exitCode ||= 1;
}

async function main(argv: readonly string[]): Promise<Tally> {
  const chosen = argv.filter((argument) => tiers.includes(argument));
  const options = argv.filter((argument) => !tiers.includes(argument));
  const wanted = chosen.length > 0 ? chosen : tiers;
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });
  if (wanted.every((tier) => tier === 'unit')) return jest(wanted, options, {});
  // One after the other: both want the whole machine, and a failed build should not leave a cluster to be waited for.
  await buildProduct({ progress, signal: interrupted.signal });
  const { signal } = interrupted;
  const promtool = await ensurePromtool(findCache(), progress, signal);
  const apiServerArgs = auditArguments(results);
  const cluster = await startCluster({ level: 'pods', owner: 'process', apiServerArgs, progress, signal });
  const directory = mkdtempSync(join(tmpdir(), 'workflow-execution-tests-'));
  try {
    publisherFor(cluster); // Says at once what is missing for workflows to be published.
    await applyProduct(cluster);
    const tally = await jest(wanted, options, {
      ...(await environment(cluster, directory)),
      WFE_TEST_PROMTOOL: promtool,
    });
    return cluster.pods.available && isWhole(wanted, options) ? withRights(tally) : tally;
  } finally {
    await cluster.stop();
    rmSync(directory, { recursive: true });
  }
}

/** Whether these are all tests that there are. */
function isWhole(wanted: readonly string[], options: readonly string[]): boolean {
  return wanted.length === tiers.length && options.length === 0;
}

/** Counts as failures what the requests of all tests together say against the rights that the service is shipped with. */
function withRights(tally: Tally): Tally {
  const violations = rightsViolations(results);
  if (violations === undefined) {
    progress(
      'There is no audit log of this cluster: whether the rights of the service are the right ones was not looked at.',
    );
    return tally;
  }
  for (const violation of violations) progress(`rights: ${violation}`);
  return { ...tally, failed: tally.failed + violations.length };
}

/** What the specs know of the cluster that they run on; the service's kubeconfig goes into the directory. */
async function environment(cluster: Cluster, directory: string): Promise<Record<string, string>> {
  if (!cluster.pods.available) {
    const reason = `Pods cannot run here: ${cluster.pods.reason}`;
    if (process.env['CI'] === 'true') throw new Error(`${reason} With CI=true that is a failure.`);
    progress(`${reason} The end-to-end tests are skipped.`);
  }
  return {
    WFE_TEST_KUBECONFIG: cluster.kubeconfig,
    WFE_TEST_SERVICE_KUBECONFIG: await serviceKubeconfig(cluster, directory),
    WFE_TEST_KUBECTL: cluster.kubectl,
    ...(cluster.registry === undefined ? {} : { WFE_TEST_REGISTRY: cluster.registry }),
    ...(cluster.pods.available ? {} : { WFE_TEST_NO_PODS: cluster.pods.reason }),
  };
}

async function jest(
  wanted: readonly string[],
  options: readonly string[],
  env: Record<string, string>,
): Promise<Tally> {
  const report = join(results, reportName);
  const arguments_ = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
  ];
  // Two at once, also on two cores: most of the time is spent waiting for the cluster.
  arguments_.push('--maxWorkers=2', '--selectProjects', ...wanted, '--json', `--outputFile=${report}`, ...options);
  if (isWhole(wanted, options)) arguments_.push('--coverage');
  const exitCode = await foreground(process.execPath, arguments_, env);
  if (interrupted.signal.aborted) throw new Error('interrupted');
  return tallyOf(JSON.parse(readFileSync(report, 'utf8')) as Parameters<typeof tallyOf>[0], exitCode); // eslint-disable-line @typescript-eslint/consistent-type-assertions -- written by Jest just now
}

/** Runs a command whose progress goes to the terminal; what it prints on stdout (Jest's JSON) is dropped. */
function foreground(command: string, arguments_: readonly string[], env: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, arguments_, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    interrupted.signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
    const watcher = watch(results, (_event, file) => {
      if (file !== reportName) return;
      watcher.close();
      setTimeout(() => child.kill('SIGKILL'), lingeringMs).unref();
    });
    child.once('close', () => watcher.close());
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
