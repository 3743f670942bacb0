/**
 * Nanoseconds since 1970 of an RFC 3339 time, which Date would truncate to milliseconds. Finer fractions are truncated.
 * A leap second counts as the second before it.
 */
export function nanosecondsOf(time: string): bigint {
  const [, second = '', fraction = '', offset = ''] = /^(.{19})(?:\.(\d+))?(.*)$/.exec(time.toUpperCase()) ?? [];
  const wholeMs = Date.parse(`${second.replace(/60$/, '59')}${offset}`);
  if (Number.isNaN(wholeMs)) throw new RangeError(`'${time}' is not an RFC 3339 time`);
  return BigInt(wholeMs) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
}

/** The same for a date. */
export function nanosecondsAt(moment: Date): bigint {
  return BigInt(moment.getTime()) * 1_000_000n;
}
