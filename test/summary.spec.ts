import { describe, expect, it } from '@jest/globals';
import { summaryLine, slowestFiles, summarize } from './summary.ts';

const clean = {
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
  success: true,
  testResults: [],
};

describe('the summary of a test run', () => {
  it('counts passed, failed and skipped tests', () => {
    const report = { ...clean, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 };
    expect(summaryLine(summarize(report, 1))).toBe('3 passed, 1 failed, 3 skipped');
  });

  it('counts a test file that did not run as a failure', () => {
    expect(summarize({ ...clean, numRuntimeErrorTestSuites: 1 }, 1).failed).toBe(1);
  });

  it('counts a failure when Jest fails for another reason, such as coverage', () => {
    expect(summarize(clean, 1).failed).toBe(1);
  });

  it('lists the slowest files first', () => {
    const testResults = [
      { name: '/project/test/quick.spec.ts', startTime: 1_000, endTime: 1_500 },
      { name: '/project/test/slow.spec.ts', startTime: 1_000, endTime: 13_340 },
      { name: '/project/test/medium.spec.ts', startTime: 1_000, endTime: 3_000 },
    ];
    expect(slowestFiles({ ...clean, testResults }, '/project', 2)).toEqual([
      '  12.3 s  test/slow.spec.ts',
      '   2.0 s  test/medium.spec.ts',
    ]);
  });
});
