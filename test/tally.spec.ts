import { describe, expect, it } from '@jest/globals';
import { closingLine, tallyOf } from './tally.ts';

const clean = {
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
  success: true,
};

describe('the tally of a test run', () => {
  it('counts what passed, failed and was skipped', () => {
    const report = { ...clean, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 };
    expect(closingLine(tallyOf(report, 1))).toBe('3 passed, 1 failed, 3 skipped');
  });

  it('counts a test file that did not run as a failure', () => {
    expect(tallyOf({ ...clean, numRuntimeErrorTestSuites: 1 }, 1).failed).toBe(1);
  });

  it('is not clean when Jest failed for another reason, such as coverage', () => {
    expect(tallyOf(clean, 1).failed).toBe(1);
  });
});
