import type { FamilyFigures } from './run-attack.ts';

const milliseconds = (ms: number) => ms.toFixed(0);

/** The results as text, a row per family. */
export function reportOf(title: string, families: readonly FamilyFigures[]): string {
  const names = families[0]?.processes.map(({ name }) => name) ?? [];
  const header = [
    title,
    's',
    ...names.flatMap((name) => [`${name}: /livez ms`, 'with waits', 'loop ms', 'peak MiB']),
    'good calls',
    'p50 ms',
    'worst ms',
    'executions',
    'slowest ms',
  ];
  const rows = families.map(({ family, seconds, processes, goodCaller, executions }) => [
    family,
    seconds.toFixed(0),
    ...processes.flatMap(({ worstOwnMs, worstMs, loopLagMs, peakMiB }) =>
      [worstOwnMs, worstMs, loopLagMs, peakMiB].map(milliseconds),
    ),
    String(goodCaller.calls),
    milliseconds(goodCaller.p50Ms),
    milliseconds(goodCaller.worstMs),
    String(executions.completed),
    milliseconds(executions.slowestMs),
  ]);
  const widths = header.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ');
  return ['', line(header), ...rows.map(line), ''].join('\n');
}

/** Counts of a family's attackers in one line. */
export function attackersOf({ family, attackers }: FamilyFigures): string {
  const counts = Object.entries(attackers).toSorted(([, a], [, b]) => b - a);
  return `${family}: ${counts.map(([name, times]) => `${name} × ${times}`).join(', ')}`;
}
