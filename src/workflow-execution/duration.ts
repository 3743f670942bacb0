/** A length of time with nanosecond precision, in the shape of google.protobuf.Duration. */
export interface Duration {
  readonly seconds: number;
  readonly nanos: number;
}

const second = 1_000_000_000n;

/** Nanoseconds in each unit of a Go duration. */
const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  ms: 1_000_000n,
  s: second,
  m: 60n * second,
  h: 3_600n * second,
};

/**
 * Parses a Go duration (https://pkg.go.dev/time#ParseDuration) without a sign: `90s`, `1h30m`, `1.5m`, `0`.
 *
 * @returns undefined if the text is not a duration
 */
export function parseDuration(text: string): Duration | undefined {
  if (text === '0') return { seconds: 0, nanos: 0 };
  if (!/^(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+)(?:\.(\d+))?(ns|us|ms|s|m|h)/g)];
  const nanos = parts.reduce(
    (sum, [, whole = '', fraction = '', unit = '']) =>
      sum + (BigInt(`${whole}${fraction}`) * (units[unit] ?? 0n)) / 10n ** BigInt(fraction.length),
    0n,
  );
  return { seconds: Number(nanos / second), nanos: Number(nanos % second) };
}

/** Like {@link parseDuration}, in milliseconds. */
export function parseDurationMs(text: string): number | undefined {
  const duration = parseDuration(text);
  return duration && duration.seconds * 1_000 + duration.nanos / 1e6;
}

/**
 * Whether it is a valid google.protobuf.Duration: fewer nanoseconds than a second, with the same sign
 * (https://protobuf.dev/reference/protobuf/google.protobuf/#duration).
 */
export function isDuration({ seconds, nanos }: Duration): boolean {
  const areWhole = Number.isInteger(seconds) && Number.isInteger(nanos);
  return areWhole && Math.abs(nanos) < 1e9 && seconds * nanos >= 0;
}

/** Formats a duration as a Go duration without units that are zero: `24h`, `1h30m`, `1.5s`, `0s`. */
export function formatDuration({ seconds, nanos }: Duration): string {
  if (seconds < 0 || nanos < 0) return `-${formatDuration({ seconds: Math.abs(seconds), nanos: Math.abs(nanos) })}`;
  const fraction = String(nanos).padStart(9, '0').replace(/0+$/, '');
  const parts = [
    [`${Math.floor(seconds / 3_600)}`, 'h'],
    [`${Math.floor(seconds / 60) % 60}`, 'm'],
    [`${seconds % 60}${fraction === '' ? '' : `.${fraction}`}`, 's'],
  ] as const;
  const text = parts.map(([amount, unit]) => (amount === '0' ? '' : `${amount}${unit}`)).join('');
  return text === '' ? '0s' : text;
}

/** Like {@link formatDuration}, for milliseconds; fractions of a second are dropped. */
export function formatDurationMs(ms: number): string {
  return formatDuration({ seconds: Math.floor(ms / 1_000), nanos: 0 });
}
