import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { benches } from '../catalogue.ts';
import type { Figure } from '../harness/figure.ts';
import { valueText } from '../harness/report.ts';
import { resultsDirectory, type BenchResult } from '../harness/results.ts';
import { trustedJson } from '../load/json.ts';
import { replaceTables, tableOf } from './tables.ts';

const page = new URL('../../docs/performance.md', import.meta.url);

/** docs/performance.md with the figures that have a target, from the last results; bench/results/ has all figures. */
export async function generatePerformance(): Promise<string> {
  const results = benches.map(({ name }) => readResult(name)).filter((result) => result !== undefined);
  const tables = {
    figures: tableOf(['bench', 'figure', 'value', 'target'], results.flatMap(rowsOf)),
    provenance: provenanceOf(results),
  };
  return format(replaceTables(readFileSync(page, 'utf8'), tables), { parser: 'markdown', printWidth: 120 });
}

/** The last result of a bench; undefined if there is none. */
export function readResult(name: string): BenchResult | undefined {
  const file = join(resultsDirectory, `${name}.json`);
  return existsSync(file) ? trustedJson<BenchResult>(readFileSync(file, 'utf8')) : undefined;
}

function rowsOf({ bench, figures }: BenchResult): readonly (readonly string[])[] {
  return figures.filter(isShown).map(({ name, value, unit, aim }) => {
    const text = valueText(value, unit);
    return [bench, name, aim?.holds === false ? `**${text}**` : text, aim?.text ?? ''];
  });
}

/** Figures about the load generator only qualify the others. */
function isShown({ name, aim }: Figure): boolean {
  return aim !== undefined && !name.includes('busy');
}

/** A list of the machines that results were measured on, each with its benches, their dates and revisions. */
export function provenanceOf(results: readonly BenchResult[]): string {
  return [...Map.groupBy(results, machineOf)]
    .map(([machine, measured]) => `- ${machine}: ${measured.map(revisionOf).join(', ')}`)
    .join('\n');
}

function machineOf({ machine: { cores, memoryGb, cpu, node } }: BenchResult): string {
  return `${cores} cores (${cpu}), ${memoryGb} GB, Node.js ${node}`;
}

function revisionOf({ bench, date, revision, quick }: BenchResult): string {
  return `\`${bench}\` (${date.slice(0, 10)}, ${revision}${quick ? ', short form' : ''})`;
}
