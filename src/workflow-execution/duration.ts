const milliseconds: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Reads a Go duration (https://pkg.go.dev/time#ParseDuration) without a sign: `90s`, `1h30m`, `1.5m`, `0`.
 *
 * @returns milliseconds, or undefined when the text is not a duration
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/.test(text)) return undefined;
  const parts = text.matchAll(/(?<amount>\d+(?:\.\d+)?)(?<unit>ns|us|ms|s|m|h)/g);
  return parts.reduce((sum, { groups }) => sum + Number(groups?.amount) * (milliseconds[groups?.unit ?? ''] ?? NaN), 0);
}

/** A duration in milliseconds as people write it: `24h`, `1h30m`, `90s` as `1m30s`. Fractions of a second are left out. */
export function formatDuration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const parts = [
    [Math.floor(seconds / 3_600), 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  const text = parts.map(([amount, unit]) => (amount === 0 ? '' : `${amount}${unit}`)).join('');
  return text === '' ? '0s' : text;
}
