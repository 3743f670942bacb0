const rfc3339 = /^(?<second>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(?<fraction>\d{1,9}))?(?<zone>Z|[+-]\d{2}:\d{2})$/;

/**
 * A time in the one form of {@link LogPart.time}, to the nanosecond: kubelets write the zone of their node, and may leave
 * out zeros.
 *
 * @returns undefined when the text is no time of RFC 3339
 */
export function logTimeOf(text: string): string | undefined {
  const { second, fraction = '', zone } = rfc3339.exec(text)?.groups ?? {};
  if (second === undefined || zone === undefined) return undefined;
  const time = logTimeAt(new Date(`${second}${zone}`));
  return time && `${time.slice(0, 20)}${fraction.padEnd(9, '0')}Z`;
}

/**
 * A moment as a time of a log.
 *
 * @returns undefined when it is none, or not in the years 0 to 9999, which have four digits
 */
export function logTimeAt(moment: Date): string | undefined {
  const isShort = moment.getTime() >= earliest && moment.getTime() <= latest;
  return isShort ? moment.toISOString().replace('Z', '000000Z') : undefined;
}

const earliest = Date.parse('0000-01-01T00:00:00Z');
const latest = Date.parse('9999-12-31T23:59:59.999Z');
