import type { Duration } from '../generated/google/protobuf/duration.ts';

/** Nanoseconds in each unit of a Go duration (https://pkg.go.dev/time#ParseDuration). */
const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** A Go duration, as the resource has it, as gRPC has it. Exact to the nanosecond; undefined when it is not a duration. */
export function fromGoDuration(text: string): Duration | undefined {
  if (!/^(\d+(\.\d{1,9})?(ns|us|ms|s|m|h))+$/.test(text)) return undefined;
  const nanos = [...text.matchAll(/(\d+)(?:\.(\d+))?(ns|us|ms|s|m|h)/g)].reduce(
    (sum, [, whole = '', fraction = '', unit = '']) =>
      sum + (BigInt(`${whole}${fraction}`) * (units[unit] ?? 0n)) / 10n ** BigInt(fraction.length),
    0n,
  );
  return { seconds: Number(nanos / 1_000_000_000n), nanos: Number(nanos % 1_000_000_000n) };
}

/** A duration of gRPC as a Go duration, in hours, minutes and seconds: `1h30m`, `1.5s`. Days are not a unit of Go's. */
export function toGoDuration({ seconds, nanos }: Duration): string {
  if (seconds < 0 || nanos < 0) return `-${toGoDuration({ seconds: Math.abs(seconds), nanos: Math.abs(nanos) })}`;
  const fraction = String(nanos).padStart(9, '0').replace(/0+$/, '');
  const parts: [string, string][] = [
    [String(Math.floor(seconds / 3_600)), 'h'],
    [String(Math.floor((seconds % 3_600) / 60)), 'm'],
    [`${seconds % 60}${fraction === '' ? '' : `.${fraction}`}`, 's'],
  ];
  const shown = parts.filter(([amount]) => amount !== '0').map(([amount, unit]) => `${amount}${unit}`);
  return shown.length === 0 ? '0s' : shown.join('');
}
