/** A moment to the nanosecond, as google.protobuf.Timestamp has it: seconds since 1970, and nanoseconds on top of them. */
export interface Moment {
  readonly seconds: number;
  readonly nanos: number;
}

const rfc3339 =
  /^(?<second>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(?<fraction>\d{1,9}))?(?<zone>Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

const [earliest, latest] = ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z'].map((text) => Date.parse(text) / 1_000);

/** A moment as Kubernetes writes it: RFC 3339 in UTC with whole seconds. */
export function timestamp(moment: Date): string {
  return `${moment.toISOString().slice(0, -5)}Z`;
}

/**
 * Reads a time as of RFC 3339 with at most nine decimals, as Kubernetes and protobuf have it.
 *
 * @returns undefined when it is none, also for a day that its month does not have (JavaScript reads 2026-02-30 as 2 March)
 */
export function parseTimestamp(text: string): Moment | undefined {
  const { second = '', fraction = '', zone = '' } = rfc3339.exec(text)?.groups ?? {};
  const local = Date.parse(`${second}Z`);
  if (Number.isNaN(local) || new Date(local).toISOString().slice(0, 19) !== second) return undefined;
  const moment = { seconds: Date.parse(`${second}${zone}`) / 1_000, nanos: Number(fraction.padEnd(9, '0')) };
  return isMoment(moment) ? moment : undefined;
}

/**
 * Writes a moment as of RFC 3339, in UTC and with nine decimals.
 *
 * @returns undefined when it is not in the years 0 to 9999, which have four digits
 */
export function formatTimestamp({ seconds, nanos }: Moment): string | undefined {
  if (!isMoment({ seconds, nanos })) return undefined;
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19)}.${String(nanos).padStart(9, '0')}Z`;
}

function isMoment({ seconds, nanos }: Moment): boolean {
  const isNanos = Number.isInteger(nanos) && nanos >= 0 && nanos < 1e9;
  return isNanos && Number.isInteger(seconds) && seconds >= (earliest ?? 0) && seconds <= (latest ?? 0);
}
