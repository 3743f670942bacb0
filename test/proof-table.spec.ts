import { globSync, readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { proofs } from './prove/proofs.ts';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
const specs = globSync('{bench,scripts,src,test}/**/*{.,-}spec.ts', { cwd: root });

/** A row of the tables of claims: what the second column names between backticks, and the tier. */
interface Row {
  readonly named: readonly string[];
  readonly tier: string;
}

const rows: readonly Row[] = page
  .slice(page.indexOf('## What is proven where'))
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| claim') && !line.startsWith('| ---'))
  .map((line) => {
    const [, , proof = '', tier = ''] = line.split(/(?<!\\)\|/);
    const named = [...proof.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    return { named, tier: tier.trim() };
  });

describe('the tables of proofs in test/README.md', () => {
  it('name files that exist, by their whole path', () => {
    const files = rows.flatMap(({ named }) => named).filter((name) => name.includes('spec.ts'));

    expect(files.filter((name) => !specs.some((spec) => matchesGlob(spec, name)))).toEqual([]);
    expect(files.length).toBeGreaterThan(50);
  });

  it('contain every spec that needs a cluster', () => {
    const onCluster = specs.filter((spec) => /\.(int|e2e|prove)-spec\.ts$/.test(spec));
    const patterns = rows.flatMap(({ named }) => named);

    expect(onCluster.filter((spec) => !patterns.some((pattern) => matchesGlob(spec, pattern)))).toEqual([]);
  });

  it('name the tier of a claim: npm test, or an existing proof', () => {
    const tiers = ['unit', 'integration', 'e2e', ...proofs.map(({ name }) => `prove ${name}`)];

    expect(rows.map(({ tier }) => tier).filter((tier) => !tiers.includes(tier))).toEqual([]);
  });
});
