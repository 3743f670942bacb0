import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../cluster/command.ts';
import { at, parseJson } from '../cluster/json.ts';
import { elapsedSince, showElapsed, type Progress } from '../cluster/progress.ts';
import type { Proof, ProofRun } from './proofs.ts';

const root = join(import.meta.dirname, '..', '..');
/** Outside test-results, which each test run empties. */
const results = join(root, 'prove-results');

/** Result of a proof; `skipped` if this machine cannot run any of its tests. */
export interface ProofResult {
  readonly name: string;
  readonly result: 'passed' | 'failed' | 'skipped';
  readonly seconds: number;
}

/** Options of a proof. */
export interface ProofOptions {
  /** Environment variables of the shared cluster. */
  readonly variables: Readonly<Record<string, string>>;
  /** Position among the selected proofs, such as `3/18`. */
  readonly position: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Runs a proof. Its output goes to a file, and is printed if it failed.
 *
 * @throws ClusterAborted if the signal aborts
 */
export async function runProof(
  { name, run }: Proof,
  { variables, position, progress, signal }: ProofOptions,
): Promise<ProofResult> {
  const started = performance.now();
  const report = join(results, `${name}.json`);
  mkdirSync(results, { recursive: true });
  rmSync(report, { force: true });
  progress(`[${position}] ${name} …`);
  const stop = showElapsed(progress, (elapsed) => `[${position}] ${name} … ${elapsed}`);
  const { code, stdout, stderr } = await runCommand(process.execPath, argumentsOf(run, report), {
    cwd: root,
    env: { ...process.env, ...variables },
    signal,
    // The proof removes its own clusters and processes.
    onAbort: 'interrupt-command',
  }).finally(stop);
  const output = `${stderr}${stdout}`;
  writeFileSync(join(results, `${name}.log`), output);
  const result = code !== 0 ? 'failed' : wasSkipped(report) ? 'skipped' : 'passed';
  if (result === 'failed') progress(output);
  progress(`[${position}] ${name} ${result} in ${elapsedSince(started)}`);
  return { name, result, seconds: Math.round((performance.now() - started) / 1000) };
}

function argumentsOf(run: ProofRun, report: string): readonly string[] {
  if ('node' in run) return run.node;
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  return [...jest, '--maxWorkers=2', '--json', `--outputFile=${report}`, ...run.jest];
}

/** Whether all tests were skipped, by Jest's report (https://jestjs.io/docs/cli#--json). */
function wasSkipped(report: string): boolean {
  return existsSync(report) && at(parseJson(readFileSync(report, 'utf8')), 'numPassedTests') === 0;
}
