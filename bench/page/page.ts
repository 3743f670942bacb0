import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { benches } from '../catalogue.ts';
import type { Plot } from '../harness/bench.ts';
import { valueText } from '../harness/report.ts';
import { resultsDirectory, type BenchResult } from '../harness/results.ts';
import { trustedJson } from '../load/json.ts';
import { draw } from './draw.ts';

const page = new URL('../../docs/performance.md', import.meta.url);
const place = /(?<=<!-- figures: .* -->\n)[^]*?(?=<!-- \/figures -->)/;

/** The page about performance with its figures made anew from the results, and its pictures; by their paths. */
export async function generatePerformance(): Promise<Record<string, string>> {
  const results = benches.map(({ name }) => readResult(name)).filter((result) => result !== undefined);
  const figures = results.length === 0 ? 'Nothing has been measured yet.' : results.map(sectionOf).join('\n');
  const text = readFileSync(page, 'utf8').replace(place, () => `\n${figures}\n\n`);
  const plots = results.flatMap(({ plots = [] }) => plots);
  const pictures = await Promise.all(plots.map(async (plot) => [fileOf(plot), await draw(plot)] as const));
  return {
    'docs/performance.md': await format(text, { parser: 'markdown', printWidth: 120 }),
    ...Object.fromEntries(pictures),
  };
}

/** The last result of a bench; undefined when there is none. */
export function readResult(name: string): BenchResult | undefined {
  const file = join(resultsDirectory, `${name}.json`);
  return existsSync(file) ? trustedJson<BenchResult>(readFileSync(file, 'utf8')) : undefined;
}

function fileOf({ name }: Plot): string {
  return `docs/performance/${name}.svg`;
}

function sectionOf(result: BenchResult): string {
  const { bench, what, figures, plots = [], notes = [] } = result;
  const rows = figures.map(({ name, value, unit, aim }) => {
    const holds = aim === undefined ? '' : aim.holds ? 'yes' : '**no**';
    return `| ${name} | ${valueText(value, unit)} | ${aim?.text ?? ''} | ${holds} |`;
  });
  return [
    `### ${bench}`,
    `${what.charAt(0).toUpperCase()}${what.slice(1)}.`,
    ['| figure | value | aim | holds |', '| --- | --- | --- | --- |', ...rows].join('\n'),
    ...notes,
    ...plots.map(({ name, title }) => `![${title}](performance/${name}.svg)`),
    `_${provenanceOf(result)}_`,
    '',
  ].join('\n\n');
}

/** When and on what a result was measured, as a sentence. */
export function provenanceOf({ date, revision, quick, machine, seconds }: BenchResult): string {
  const { cores, memoryGb, cpu, node } = machine;
  const form = quick ? 'short form, ' : '';
  return `Measured on ${date.slice(0, 10)} at ${revision}, ${form}in ${seconds} s: ${cores} cores (${cpu}), ${memoryGb} GB, Node.js ${node}.`;
}
