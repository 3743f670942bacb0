import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { answers } from '../benches/simulation.ts';
import { bytesFigureName, cpuFigureName } from '../harness/costs.ts';
import { parts } from '../harness/parts.ts';
import { valueText } from '../harness/report.ts';
import { keptKinds } from '../harness/etcd.ts';
import { provenanceOf, readResult } from './page.ts';
import { nearest, wallsOf, type Known, type Wall } from './walls.ts';

const page = new URL('../../docs/scaling.md', import.meta.url);
const notYet = 'not measured yet';
/** Executions a second, and finished ones, that the page tells of. */
const rates = [1, 10, 100] as const;
const kept = 1_000_000;
/** From here on, in per cent, something is full: what waits for it becomes more and more. */
const full = 98;

/** The page about scaling, with its tables made anew from the results. */
export async function generateScaling(): Promise<string> {
  const tables: Readonly<Record<string, string>> = {
    costs: costsTable(),
    bytes: bytesTable(),
    cores: coresTable(),
    walls: wallsTable(),
    order: orderTable(),
    simulation: simulationTable(),
    provenance: provenance(),
  };
  const text = readFileSync(page, 'utf8').replace(
    /(<!-- (\w+): generated .* -->\n)[^]*?(<!-- \/\2 -->)/g,
    (_all, head: string, name: string, end: string) => `${head}\n${tables[name] ?? ''}\n\n${end}`,
  );
  return format(text, { parser: 'markdown', printWidth: 120 });
}

/** A figure of the last result of a bench. */
const known: Known = (bench, name) => {
  const value = readResult(bench)?.figures.find((figure) => figure.name === name)?.value;
  // JSON has null for what is no number.
  return typeof value === 'number' ? value : undefined;
};

function costsTable(): string {
  const rows = parts.map((part) => [
    part,
    cell('slopes', cpuFigureName(part, 'an execution'), 'ms'),
    cell('real', cpuFigureName(part, 'an execution'), 'ms'),
    cell('real', cpuFigureName(part, 'a bare PipelineRun'), 'ms'),
  ]);
  const head = [
    'CPU time of',
    'an execution in a burst, Tekton played',
    'an execution with pods',
    'a bare PipelineRun with pods',
  ];
  return table(head, rows);
}

function bytesTable(): string {
  const rows = keptKinds.map((kind) => {
    const name = bytesFigureName(kind);
    return [kind, cell('slopes', name, 'bytes'), cell('real', name, 'bytes')];
  });
  return table(['bytes in etcd of', 'in a burst, Tekton played', 'with pods'], rows);
}

function coresTable(): string {
  const rows = parts.map((part) => {
    const ms = known('real', cpuFigureName(part, 'an execution'));
    return [part, ...rates.map((rate) => told(ms === undefined ? undefined : (Math.max(0, ms) * rate) / 1_000, ''))];
  });
  return table(['cores of', ...rates.map((rate) => `at ${rate} a second`)], rows);
}

function wallsTable(): string {
  const rows = wallsOf(known).map((wall) => [wall.name, wall.limit, whereIs(wall), wall.moves]);
  return table(['wall', 'its limit', 'where it stands', 'what moves it'], rows);
}

function whereIs({ at, by }: Wall): string {
  if (at === undefined) return notYet;
  return by === 'rate' ? `${valueText(at, '')} a second` : `${valueText(Number(at.toPrecision(3)), '')} finished`;
}

function orderTable(): string {
  const walls = wallsOf(known);
  const row = (load: string, by: Wall['by'], count: number): string[] => {
    const [first, second, third] = nearest(walls, by, count).map(([{ name }, part]) => {
      const text = `${name}: ${valueText(part * 100, '%')}`;
      return part >= 1 ? `**${text}**` : text;
    });
    return [load, first ?? notYet, second ?? notYet, third ?? notYet];
  };
  return table(
    ['load', 'first wall', 'second wall', 'third wall'],
    [
      ...rates.map((rate) => row(`${rate} a second`, 'rate', rate)),
      row(`${kept.toLocaleString('en')} finished`, 'kept', kept),
    ],
  );
}

function simulationTable(): string {
  const { figures } = readResult('simulation') ?? { figures: [] };
  const questions = new Set(figures.flatMap(({ name }) => /^.* that run for .*(?=: )/.exec(name) ?? []));
  const rows = [...questions].map((question) => {
    const [latency, cores, leader] = [answers.latency, answers.cores, answers.leader].map((answer) =>
      known('simulation', `${question}: ${answer}`),
    );
    const isFull = Math.max(cores ?? 0, leader ?? 0) >= full;
    return [question, isFull ? 'more and more' : told(latency, 'ms'), told(cores, '%'), told(leader, '%')];
  });
  if (rows.length === 0) return `The simulation was ${notYet}.`;
  const off = figures.filter(({ name }) => name.includes('how far the model is off'));
  const sentences = off.map(({ name, value, unit }) => `- ${name}: ${valueText(value, unit)}`);
  return [...sentences, '', table(['asked', answers.latency, answers.cores, answers.leader], rows)].join('\n');
}

function provenance(): string {
  const lines = ['slopes', 'real', 'memory', 'soak', 'simulation'].map((bench) => {
    const result = readResult(bench);
    return `- \`${bench}\`: ${result === undefined ? `${notYet}.` : provenanceOf(result)}`;
  });
  return lines.join('\n');
}

/** A figure; what a bench that was run has not measured is not there. */
function cell(bench: string, figure: string, unit: string): string {
  const value = known(bench, figure);
  return value === undefined && readResult(bench) !== undefined ? '–' : told(value, unit);
}

function told(value: number | undefined, unit: string): string {
  return value === undefined ? notYet : valueText(value, unit);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
