import type { Figure } from './figure.ts';
import type { BenchResult } from './results.ts';

/** A result as text: `figure | value | aim | holds`. */
export function reportOf({ bench, what, figures, notes = [] }: BenchResult): string {
  const rows = figures.map(rowOf);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length), 4));
  const lineOf = (row: readonly string[]) =>
    `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' │ ')}`.trimEnd();
  const head = ['figure', 'value', 'aim', 'holds'];
  return ['', `${bench}: ${what}`, lineOf(head), ...rows.map(lineOf), ...notes.map((note) => `  ${note}`), ''].join(
    '\n',
  );
}

function rowOf({ name, value, unit, aim }: Figure): readonly string[] {
  return [name, valueText(value, unit), aim?.text ?? '', aim === undefined ? '' : aim.holds ? '✓' : '✗'];
}

/** A value with three digits and its unit. */
export function valueText(value: number, unit: string): string {
  // JSON has null for NaN.
  if (!Number.isFinite(value)) return 'unknown';
  const number =
    Number.isInteger(value) || Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : threeDigits(value);
  return unit.startsWith('/') || unit === '%' ? `${number}${unit}` : `${number} ${unit}`.trim();
}

function threeDigits(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** Whether all targets are met. */
export function meetsAims({ figures }: BenchResult): boolean {
  return figures.every(({ aim }) => aim?.holds !== false);
}
