import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../cluster/command.ts';
import { ClusterAborted } from '../cluster/errors.ts';
import { at, parseJson } from '../cluster/json.ts';
import { plant, type NamedEdit } from './fault.ts';

const root = join(import.meta.dirname, '..', '..');

/** Timeout of specs in milliseconds; a fault may make them hang. */
const limitMs = 300_000;

/** Result of specs. */
export interface SpecResult {
  readonly passed: number;
  readonly failed: number;
  /** Files that could not be run. */
  readonly notRun: number;
  readonly output: string;
}

/** A copy of this checkout, including uncommitted changes, to edit and test. */
export class CheckoutCopy {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** Copies everything that Git does not ignore; node_modules are shared. */
  static async create(signal: AbortSignal): Promise<CheckoutCopy> {
    const files = await filesOfCheckout(signal);
    const copy = new CheckoutCopy(await mkdtemp(join(tmpdir(), 'workflow-execution-faults-')));
    try {
      for (const file of files) await cp(join(root, file), join(copy.directory, file));
      await symlink(join(root, 'node_modules'), join(copy.directory, 'node_modules'));
      return copy;
    } catch (error) {
      await copy.remove();
      throw error;
    }
  }

  /** Compiles the service into dist/, incrementally. */
  async build(signal: AbortSignal): Promise<void> {
    const incremental = ['--incremental', '--tsBuildInfoFile', 'build.tsbuildinfo'];
    const arguments_ = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', ...incremental];
    const { code, stdout } = await runCommand(process.execPath, arguments_, { cwd: this.directory, signal });
    if (code !== 0) throw new Error(`The service does not compile:\n${stdout}`);
  }

  /** Runs `act` while a source file is edited. */
  async edited<T>(edit: NamedEdit, act: () => Promise<T>): Promise<T> {
    const path = join(this.directory, edit.file);
    const source = await readFile(path, 'utf8');
    await writeFile(path, plant(edit, source));
    try {
      return await act();
    } finally {
      await writeFile(path, source);
    }
  }

  /** Runs spec files. */
  async runSpecs(specs: readonly string[], signal: AbortSignal): Promise<SpecResult> {
    const report = join(this.directory, 'report.json');
    await rm(report, { force: true });
    const node = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
    const jest = ['node_modules/jest/bin/jest.js', '--runInBand', '--silent', '--json', `--outputFile=${report}`];
    const arguments_ = [...node, ...jest, '--runTestsByPath', ...specs];
    const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
    const notRun = (output: string): SpecResult => ({ passed: 0, failed: 0, notRun: specs.length, output });
    try {
      const { stderr } = await runCommand(process.execPath, arguments_, { cwd: this.directory, signal: limit });
      return existsSync(report) ? resultOf(await readFile(report, 'utf8'), stderr) : notRun(stderr);
    } catch (error) {
      if (!(error instanceof ClusterAborted) || signal.aborted) throw error;
      return notRun(`The specs did not finish in ${limitMs / 1000} s.`);
    }
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true });
  }
}

/** Reads Jest's report (https://jestjs.io/docs/cli#--json). */
function resultOf(report: string, output: string): SpecResult {
  const json = parseJson(report);
  const number = (name: string): number => Number(at(json, name));
  return {
    passed: number('numPassedTests'),
    failed: number('numFailedTests'),
    notRun: number('numRuntimeErrorTestSuites'),
    output,
  };
}

async function filesOfCheckout(signal: AbortSignal): Promise<readonly string[]> {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const { code, stdout, stderr } = await runCommand('git', list, { cwd: root, signal });
  if (code !== 0) throw new Error(`git ls-files failed: ${stderr}`);
  // Git also lists files that were deleted but not committed.
  return stdout.split('\0').filter((file) => file !== '' && existsSync(join(root, file)));
}
