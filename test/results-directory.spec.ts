import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { identify } from './cluster/process.ts';
import { claimResults } from './results-directory.ts';

describe('the directory of test results', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'workflow-execution-results-'));
    writeFileSync(join(directory, 'jest.json'), '{}');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const ownedBy = (owner: object) => writeFileSync(join(directory, 'owner.json'), JSON.stringify(owner));

  it('is emptied for a new run', () => {
    claimResults(directory);
    expect(existsSync(join(directory, 'jest.json'))).toBe(false);
  });

  it('is refused while another run is active', () => {
    ownedBy(identify(process.ppid) ?? {});
    expect(() => claimResults(directory)).toThrow(`Tests run in this checkout already (process ${process.ppid})`);
    expect(existsSync(join(directory, 'jest.json'))).toBe(true);
  });

  it.each([
    ['whose process has ended', { pid: process.ppid, startTime: 'earlier' }],
    ['that cannot be read', {}],
  ])('is taken from a run %s', (_, owner) => {
    ownedBy(owner);
    claimResults(directory);
    expect(existsSync(join(directory, 'jest.json'))).toBe(false);
  });
});
