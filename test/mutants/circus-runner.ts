// A Stryker test runner for the unit specs. Jest takes seconds to load all specs of a file for each mutant; this one loads
// only the specs that reach the mutant, into a warm process, in hundredths of a second. Modules are reloaded for each mutant,
// so that mutants are isolated.
import { globSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { INSTRUMENTER_CONSTANTS, type InstrumenterContext } from '@stryker-mutator/api/core';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  determineHitLimitReached,
  DryRunStatus,
  toMutantRunResult,
  TestStatus,
  type DryRunResult,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
} from '@stryker-mutator/api/test-runner';
import fc from 'fast-check';
import { addEventHandler, resetState, run, type Event } from 'jest-circus';
import { declaredTests, identify, idOf, resultOf, specOf } from './circus-tests.ts';
import { excludedSpecs, folders } from './decision-code.ts';
import { loadSourcesOf } from './loader.ts';

/** Test timeout in milliseconds, also on a busy machine. */
const testTimeoutMs = 20_000;

/** Context of the instrumented code. */
const context: InstrumenterContext = {};

/** Runs specs with jest-circus in this process, whose working directory is the sandbox. */
class CircusRunner implements TestRunner {
  readonly #root = process.cwd();
  #specs: readonly string[] = [];
  #generation = 0;

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init(): Promise<void> {
    Object.assign(globalThis, {
      [INSTRUMENTER_CONSTANTS.NAMESPACE]: context,
      [Symbol.for('TEST_TIMEOUT_SYMBOL')]: testTimeoutMs,
    });
    fc.configureGlobal({ seed: 17 });
    loadSourcesOf(this.#root);
    await import(new URL('../jest.setup.mjs', import.meta.url).href);
    const pattern = `src/{${folders.join(',')}}/**/*.spec.ts`;
    this.#specs = globSync(pattern, { cwd: this.#root, exclude: excludedSpecs }).toSorted();
  }

  /** What a spec reaches while it is loaded counts as reached by a test of its own, which stands for all of its tests. */
  async dryRun(): Promise<DryRunResult> {
    const tests: TestResult[] = [];
    for (const spec of this.#specs) {
      const id = loadingOf(spec);
      context.currentTestId = id;
      await this.#load([spec]);
      const results = await runDeclared(false);
      context.currentTestId = undefined;
      const timeSpentMs = results.reduce((sum, result) => sum + result.timeSpentMs, 0);
      tests.push({ id, name: id, status: TestStatus.Success, timeSpentMs }, ...results);
    }
    return { status: DryRunStatus.Complete, tests, mutantCoverage: context.mutantCoverage };
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const { activeMutant, hitLimit, disableBail } = options;
    const wanted = new Set(options.testFilter ?? this.#specs.map(loadingOf));
    const specs = this.#nearestFirst(new Set([...wanted].map(specOf)), options.sandboxFileName);
    Object.assign(context, { activeMutant: activeMutant.id, hitCount: hitLimit && 0, hitLimit });
    try {
      await this.#load(specs);
      for (const test of declaredTests()) {
        const isWanted = wanted.has(idOf(test)) || wanted.has(loadingOf(specOf(idOf(test))));
        if (!isWanted) test.mode = 'skip';
      }
      const tests = await runDeclared(!disableBail);
      const isEndless = determineHitLimitReached(context.hitCount, hitLimit);
      return toMutantRunResult(isEndless ?? { status: DryRunStatus.Complete, tests }, disableBail);
    } catch (error) {
      // The mutant's modules cannot be loaded, so no test would pass.
      const [id = ''] = wanted;
      const failed = {
        id,
        name: id,
        timeSpentMs: 0,
        status: TestStatus.Failed,
        failureMessage: String(error),
      } as const;
      return toMutantRunResult({ status: DryRunStatus.Complete, tests: [failed] }, disableBail);
    } finally {
      Object.assign(context, { activeMutant: undefined, hitCount: undefined, hitLimit: undefined });
    }
  }

  /** Declares exactly the tests of these specs, with reloaded modules. */
  async #load(specs: readonly string[]): Promise<void> {
    resetState();
    this.#generation += 1;
    for (const spec of specs) {
      const before = declaredTests();
      await import(`${pathToFileURL(join(this.#root, spec)).href}?generation=${this.#generation}`);
      identify(spec, before);
    }
  }

  /** Specs nearest to a file first: they are the most likely to fail. */
  #nearestFirst(specs: ReadonlySet<string>, file: string): readonly string[] {
    const path = relative(this.#root, file).replace(/\.ts$/, '');
    return [...specs].toSorted((a, b) => shared(b, path) - shared(a, path));
  }
}

/** Runs the declared tests; with `bail` only up to the first failure. */
async function runDeclared(bail: boolean): Promise<TestResult[]> {
  const tests = declaredTests();
  addEventHandler((event: Event) => {
    if (event.name === 'test_start') context.currentTestId = idOf(event.test);
    if (!bail || event.name !== 'test_done' || event.test.errors.length === 0) return;
    for (const test of tests) if (test.startedAt === null || test.startedAt === undefined) test.mode = 'skip';
  });
  await run();
  return tests.map(resultOf);
}

function loadingOf(spec: string): string {
  return `${spec}# is loaded`;
}

/** Length of the common prefix of two paths. */
function shared(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'circus', CircusRunner)];
