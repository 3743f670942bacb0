import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { bytesFigureName, cpuFigureName } from '../harness/costs.ts';
import { keptKinds } from '../harness/etcd.ts';
import { components } from '../harness/components.ts';
import { valueText } from '../harness/report.ts';
import { closest, fewer, limitsOf, more, type Limit, type Lookup } from './limits.ts';
import { provenanceOf, readResult } from './page.ts';
import { replaceTables, tableOf } from './tables.ts';

const page = new URL('../../docs/scaling.md', import.meta.url);
const unknown = 'not measured';
/** Loads shown on the page: executions per second, and finished executions in the cluster. */
const [rates, finished] = [[1, 10, 100], 1_000_000] as const;

/** docs/scaling.md with its tables generated from the last results. */
export async function generateScaling(): Promise<string> {
  const tables = {
    costs: costsTable(),
    bytes: bytesTable(),
    limits: limitsTable(),
    memory: memoryTable(),
    order: orderTable(),
    provenance: provenance(),
  };
  return format(replaceTables(readFileSync(page, 'utf8'), tables), { parser: 'markdown', printWidth: 120 });
}

const lookup: Lookup = (bench, name) => {
  const value = readResult(bench)?.figures.find((figure) => figure.name === name)?.value;
  // JSON has null for NaN.
  return typeof value === 'number' ? value : undefined;
};

function costsTable(): string {
  const cpu = (part: (typeof components)[number], of: Parameters<typeof cpuFigureName>[1]) =>
    cell(lookup('real', cpuFigureName(part, of)), 'ms');
  const rows = components.map((part) => [part, cpu(part, 'an execution'), cpu(part, 'a bare PipelineRun')]);
  return tableOf(['CPU time of', 'an execution', 'a bare PipelineRun'], rows);
}

function bytesTable(): string {
  const rows = keptKinds.map((kind) => [kind, cell(lookup('real', bytesFigureName(kind)), 'bytes')]);
  return tableOf(['bytes in etcd of', 'an execution'], rows);
}

function limitsTable(): string {
  const rows = limitsOf(lookup).map((limit) => [limit.component, limit.limit, loadOf(limit), limit.raisedBy]);
  return tableOf(['component', 'limit', 'reached at', 'raised by'], rows);
}

function loadOf({ at, by }: Limit): string {
  if (at === undefined) return unknown;
  return by === 'rate' ? `${valueText(at, '')} a second` : `${valueText(Number(at.toPrecision(3)), '')} finished`;
}

function memoryTable(): string {
  const rowOf = (role: string, count: number): string[] => {
    const value = (figure: string) => lookup('memory', `${figure}, with ${count.toLocaleString('en')} executions`);
    return [
      role,
      count.toLocaleString('en'),
      // The bench has mebibytes, and calls them MB.
      cell(value(`resident memory of the ${role} at rest`), 'MiB'),
      cell(value(`resident memory of the ${role} at most`), 'MiB'),
      cell(value(`start of the ${role}`), 's'),
    ];
  };
  const rows = ['api', 'controller'].flatMap((role) => [fewer, more].map((count) => rowOf(role, count)));
  return tableOf(['role', 'finished', 'at rest', 'at most', 'start'], rows);
}

function orderTable(): string {
  const limits = limitsOf(lookup);
  const row = (load: string, by: Limit['by'], count: number): string[] => {
    const [first, second, third] = closest(limits, by, count).map(([{ component }, share]) => {
      const text = `${component}: ${valueText(share * 100, '%')}`;
      return share >= 1 ? `**${text}**` : text;
    });
    return [load, first ?? unknown, second ?? unknown, third ?? unknown];
  };
  return tableOf(
    ['load', 'first limit', 'second limit', 'third limit'],
    [
      ...rates.map((rate) => row(`${rate} a second`, 'rate', rate)),
      row(`${finished.toLocaleString('en')} finished`, 'finished', finished),
    ],
  );
}

function provenance(): string {
  const results = ['real', 'burst', 'memory', 'soak'].map(readResult);
  return provenanceOf(results.filter((result) => result !== undefined));
}

function cell(value: number | undefined, unit: string): string {
  return value === undefined ? unknown : valueText(value, unit);
}
