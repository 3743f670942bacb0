import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import type { Bench, Measured } from './bench.ts';

const root = join(import.meta.dirname, '..', '..');

/** Directory of results, which are committed. */
export const resultsDirectory = join(root, 'bench', 'results');

/** Result of a bench with date, revision and machine. */
export interface BenchResult extends Measured {
  readonly bench: string;
  readonly what: string;
  /** ISO 8601. */
  readonly date: string;
  /** Git revision of the product's sources, with `+` if modified. */
  readonly revision: string;
  readonly quick: boolean;
  readonly seconds: number;
  readonly machine: { readonly cores: number; readonly memoryGb: number; readonly cpu: string; readonly node: string };
}

/** Creates a result. */
export function resultOf(
  { name, what }: Bench,
  measured: Measured,
  run: Pick<BenchResult, 'quick' | 'seconds'>,
): BenchResult {
  const [{ model } = { model: 'unknown' }] = cpus();
  return {
    ...{ bench: name, what, date: new Date().toISOString(), revision: revision(), ...run },
    machine: { cores: cpus().length, memoryGb: Math.round(totalmem() / 1e9), cpu: model, node: process.version },
    ...measured,
  };
}

/** Stores a result, replacing the last one of its bench. */
export async function storeResult(result: BenchResult, directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const rounded = JSON.stringify(result, (_key, value: unknown) => (typeof value === 'number' ? round(value) : value));
  writeFileSync(join(directory, `${result.bench}.json`), await format(rounded, { parser: 'json', printWidth: 120 }));
}

/** To four digits, which exceeds the precision of measurements. */
function round(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(4));
}

function revision(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  try {
    const changed = git('status', '--porcelain', '--', 'src', 'deploy', 'crds', 'package-lock.json');
    return `${git('rev-parse', '--short=10', 'HEAD')}${changed === '' ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
}
