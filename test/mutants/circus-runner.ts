// Stryker's test runner for the unit specs. Jest takes seconds to load every spec that knows a file, and each mutant needs
// a run; here a mutant takes some hundredths of a second: only the specs that reach it are loaded, in a process that has
// loaded everything else before. Their modules are new for each mutant, so that none sees what another one has done.
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
import { folders } from './decision-code.ts';
import { loadSourcesOf } from './loader.ts';

/** How long one test may take, in milliseconds: on a busy machine, too. */
const testTimeoutMs = 20_000;

/** What the instrumented code reads and counts. */
const context: InstrumenterContext = {};

/** Runs specs with jest-circus in this process, in the sandbox that is its working directory. */
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
    // It replaces the timers of the process.
    const exclude = ['src/reconciler/resync.spec.ts'];
    this.#specs = globSync(pattern, { cwd: this.#root, exclude }).toSorted();
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
      // Modules that cannot be loaded with it: no test of theirs would pass.
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

  /** Declares the tests of these specs, made of new modules, and no others. */
  async #load(specs: readonly string[]): Promise<void> {
    resetState();
    this.#generation += 1;
    for (const spec of specs) {
      const before = declaredTests();
      await import(`${pathToFileURL(join(this.#root, spec)).href}?generation=${this.#generation}`);
      identify(spec, before);
    }
  }

  /** The specs beside a file before all others: they are the most likely to fail. */
  #nearestFirst(specs: ReadonlySet<string>, file: string): readonly string[] {
    const path = relative(this.#root, file).replace(/\.ts$/, '');
    return [...specs].toSorted((a, b) => shared(b, path) - shared(a, path));
  }
}

/** Runs the tests that are declared; with `bail` none more after the first that fails. */
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

/** How many characters two paths have in common at their beginning. */
function shared(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'circus', CircusRunner)];
