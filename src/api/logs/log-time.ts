import { formatTimestamp, parseTimestamp } from '../../workflow-execution/timestamp.ts';

/**
 * A time in the one form of {@link LogPart.time}, to the nanosecond: kubelets write the zone of their node, and may leave
 * out zeros.
 *
 * @returns undefined when the text is no time of RFC 3339
 */
export function logTimeOf(text: string): string | undefined {
  const moment = parseTimestamp(text);
  return moment && formatTimestamp(moment);
}

/**
 * A moment as a time of a log.
 *
 * @returns undefined when it is none, or not in the years 0 to 9999, which have four digits
 */
export function logTimeAt(moment: Date): string | undefined {
  const ms = moment.getTime();
  const seconds = Math.floor(ms / 1_000);
  return formatTimestamp({ seconds, nanos: (ms - seconds * 1_000) * 1_000_000 });
}
