import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../cluster/command.ts';
import { at, parseJson } from '../cluster/json.ts';
import { elapsedSince, showElapsed, type Progress } from '../cluster/progress.ts';
import type { Proof, ProofRun } from './proofs.ts';

const root = join(import.meta.dirname, '..', '..');
/** Not among the results of the tests, which each run of them removes. */
const results = join(root, 'prove-results');

/** How a proof came out; `skipped` when this machine cannot run any of its tests. */
export interface ProofResult {
  readonly name: string;
  readonly result: 'passed' | 'failed' | 'skipped';
  readonly seconds: number;
}

/** What a proof is run with. */
export interface ProofOptions {
  /** Environment variables of the cluster that proofs share. */
  readonly variables: Readonly<Record<string, string>>;
  /** Where the proof stands among all that are run, such as `3/18`. */
  readonly position: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Runs a proof to its end. Its output goes to a file, and is shown when it has failed.
 *
 * @throws ClusterAborted when the signal aborts
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
    // It has clusters and processes of its own to remove.
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

/** Whether Jest has reported (https://jestjs.io/docs/cli#--json) that no test could run. */
function wasSkipped(report: string): boolean {
  return existsSync(report) && at(parseJson(readFileSync(report, 'utf8')), 'numPassedTests') === 0;
}
