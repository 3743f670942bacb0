import { relative } from 'node:path';

/** How many tests of a run passed, failed and were skipped. */
export interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The part of Jest's JSON report that is read (https://jestjs.io/docs/cli#--json). */
export interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly success: boolean;
  readonly testResults: readonly {
    /** Absolute path of the file. */
    readonly name: string;
    /** Milliseconds since 1970. */
    readonly startTime: number;
    readonly endTime: number;
  }[];
}

/**
 * Counts the tests of a Jest report. A file that could not be run at all counts as one failure, and so does a run that Jest
 * calls unsuccessful for another reason, such as coverage below its threshold.
 */
export function summarize(report: JestReport, exitCode: number): Summary {
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  const otherFailure = failed === 0 && exitCode !== 0 ? 1 : 0;
  return {
    passed: report.numPassedTests,
    failed: failed + otherFailure,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** The last line of a run. */
export function summaryLine({ passed, failed, skipped }: Summary): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** The files that took longest, slowest first, one line each: seconds, then the path relative to `root`. */
export function slowestFiles({ testResults }: JestReport, root: string, count = 10): readonly string[] {
  return testResults
    .map(({ name, startTime, endTime }) => ({ name, seconds: (endTime - startTime) / 1000 }))
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, count)
    .map(({ name, seconds }) => `${seconds.toFixed(1).padStart(6)} s  ${relative(root, name)}`);
}
