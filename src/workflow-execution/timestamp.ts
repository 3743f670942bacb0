/** A time with nanosecond precision, in the shape of google.protobuf.Timestamp: seconds since 1970, and nanoseconds. */
export interface TimestampParts {
  readonly seconds: number;
  readonly nanos: number;
}

/** The time to the second, the day in it, the fraction and the zone. */
const rfc3339 = /^(\d{4}-\d{2}-(\d{2})T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

const [earliest, latest] = ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'].map((text) => Date.parse(text) / 1_000);

/** Formats a time as Kubernetes does: RFC 3339 in UTC with whole seconds. */
export function timestamp(moment: Date): string {
  return `${moment.toISOString().slice(0, -5)}Z`;
}

/**
 * Parses an RFC 3339 time with at most nine decimals.
 *
 * @returns undefined if it is invalid, such as 2026-02-30, which `Date` reads as 2 March
 */
export function parseTimestamp(text: string): TimestampParts | undefined {
  const [, second = '', day, fraction = '', zone = ''] = rfc3339.exec(text) ?? [];
  if (new Date(`${second}Z`).getUTCDate() !== Number(day)) return undefined;
  const moment = { seconds: Date.parse(`${second}${zone}`) / 1_000, nanos: Number(fraction.padEnd(9, '0')) };
  return isMoment(moment) ? moment : undefined;
}

/**
 * Formats a time as RFC 3339 in UTC with nine decimals.
 *
 * @returns undefined outside the years 1 to 9999
 */
export function formatTimestamp({ seconds, nanos }: TimestampParts): string | undefined {
  if (!isMoment({ seconds, nanos })) return undefined;
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19)}.${String(nanos).padStart(9, '0')}Z`;
}

function isMoment({ seconds, nanos }: TimestampParts): boolean {
  const isNanos = Number.isInteger(nanos) && nanos >= 0 && nanos < 1e9;
  return isNanos && Number.isInteger(seconds) && seconds >= (earliest ?? 0) && seconds <= (latest ?? 0);
}
