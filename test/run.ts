// Runs the tests of a change: `npm test`, or a part: `npm test -- unit|integration|e2e|prove [PATH or Jest option...]`.
import { spawn } from 'node:child_process';
import { readFileSync, watch, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { ClusterError } from './cluster/errors.ts';
import { streamProgress } from './cluster/progress.ts';
import { claimResults } from './results-directory.ts';
import { auditArguments, rightsViolations } from './rights/violations.ts';
import { summaryLine, slowestFiles, summarize, type JestReport, type Summary } from './summary.ts';
import { startTestEnvironment } from './support/test-environment.ts';

const root = join(import.meta.dirname, '..');
const results = join(root, 'test-results');
/** Name of Jest's report in {@link results}. */
const reportName = 'jest.json';
/** Milliseconds for Jest to exit after its report; a leaked handle is a failure. */
const exitMs = 20_000;
/** Jest projects of a run without arguments. */
const tiers = ['unit', 'integration', 'e2e'];
const projects = [...tiers, 'prove'];
const progress = streamProgress(process.stderr);
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    process.exitCode = 128 + constants.signals[signal];
    interrupted.abort();
  });
}

try {
  const summary = await main(process.argv.slice(2));
  writeFileSync(join(results, 'summary.txt'), `${summaryLine(summary)}\n`);
  console.log(summaryLine(summary));
  if (summary.failed > 0) process.exitCode = 1;
} catch (error) {
  if (interrupted.signal.aborted) console.error('Interrupted.');
  else console.error(error instanceof ClusterError ? `error: ${error.message}` : error);
  process.exitCode ||= 1;
}

async function main(argv: readonly string[]): Promise<Summary> {
  const chosen = argv.filter((argument) => projects.includes(argument));
  const options = argv.filter((argument) => !projects.includes(argument));
  const wanted = chosen.length > 0 ? chosen : tiers;
  const isWhole = wanted === tiers && options.length === 0;
  claimResults(results);
  if (wanted.every((tier) => tier === 'unit')) return jest(wanted, options, {});
  const apiServerArgs = auditArguments(results);
  const environment = await startTestEnvironment({ apiServerArgs, progress, signal: interrupted.signal });
  let summary: Summary;
  try {
    summary = await jest(wanted, options, environment.variables);
  } finally {
    await environment.stop();
  }
  return environment.cluster.pods.available && isWhole ? withRights(summary) : summary;
}

/** Adds a failure for each refused request of the service and for each unused permission. */
function withRights(summary: Summary): Summary {
  const violations = rightsViolations(results);
  if (violations === undefined) {
    progress('The rights of the service are not checked: this cluster has no audit log.');
    return summary;
  }
  for (const violation of violations) progress(`rights: ${violation}`);
  return { ...summary, failed: summary.failed + violations.length };
}

async function jest(
  wanted: readonly string[],
  options: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Summary> {
  const reportFile = join(results, reportName);
  const arguments_ = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    // Two workers even on two cores: tests mostly wait for the cluster.
    '--maxWorkers=2',
    ...['--selectProjects', ...wanted],
    ...['--json', `--outputFile=${reportFile}`],
    ...options,
  ];
  const exitCode = await foreground(process.execPath, arguments_, env);
  if (interrupted.signal.aborted) throw new Error('interrupted');
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as JestReport; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- written by Jest just now
  progress(['Slowest files:', ...slowestFiles(report, root)].join('\n'));
  return summarize(report, exitCode);
}

/** Runs a command in the terminal; its stdout (Jest's JSON) is discarded. */
function foreground(
  command: string,
  arguments_: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
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
      setTimeout(() => child.kill('SIGKILL'), exitMs).unref();
    });
    child.once('close', () => watcher.close());
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
