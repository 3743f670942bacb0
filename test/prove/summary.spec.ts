import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { proofs } from './proofs.ts';
import type { ProofResult } from './run-proof.ts';
import { jsonOf, listOf, tableOf } from './summary.ts';

const results: readonly ProofResult[] = [
  { name: 'chaos', result: 'passed', seconds: 431 },
  { name: 'image', result: 'skipped', seconds: 2 },
  { name: 'fuzz', result: 'failed', seconds: 17 },
];

describe('the summary of the proofs', () => {
  it('is a table for people', () => {
    expect(tableOf(results).split('\n')).toEqual([
      'proof  result   seconds',
      'chaos  passed       431',
      'image  skipped        2',
      'fuzz   failed        17',
    ]);
  });

  it('is a line of JSON for programs', () => {
    expect(JSON.parse(jsonOf(results, 450))).toEqual({
      passed: 1,
      failed: 1,
      skipped: 1,
      seconds: 450,
      proofs: results,
    });
  });
});

describe('the catalogue of proofs', () => {
  it('has unique names', () => {
    expect(new Set(proofs.map(({ name }) => name)).size).toBe(proofs.length);
  });

  it('contains every long spec in one proof', () => {
    const specs = globSync('{bench,src,test}/**/*.prove-spec.ts', { cwd: join(import.meta.dirname, '..', '..') });
    const arguments_ = proofs.flatMap(({ run }) => ('jest' in run ? run.jest : []));
    const patterns = arguments_.filter((argument) => !argument.startsWith('--'));
    const times = (spec: string) => patterns.filter((pattern) => new RegExp(pattern).test(spec)).length;

    expect(specs.filter((spec) => times(spec) !== 1)).toEqual([]);
  });

  it('takes at most 50 minutes in all', () => {
    const all = proofs.filter(({ onlyByName }) => onlyByName !== true).map(({ seconds = NaN }) => seconds);
    expect(all.reduce((sum, seconds) => sum + seconds)).toBeLessThanOrEqual(50 * 60);
  });

  it('is listed with durations, claims and requirements', () => {
    expect(listOf(proofs)).toMatch(/^chaos +\d+ s +One run per target/m);
    expect(listOf(proofs)).toMatch(/^alerts .+ Needs Go\.$/m);
    expect(listOf(proofs)).toMatch(/^mutants .+ Runs only by name\.$/m);
  });
});
