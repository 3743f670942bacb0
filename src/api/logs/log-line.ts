import { formatTimestamp, parseTimestamp } from '../../workflow-execution/timestamp.ts';
import type { ExecutionKey } from '../resource/names.ts';

/** Which part of the log of an execution to read. */
export interface LogsCommand {
  readonly key: ExecutionKey;
  /** Whether to continue with new lines until the execution has ended. */
  readonly follow: boolean;
  /** Omits lines before this time, which has the form of {@link LogPart.time}. */
  readonly since?: string;
}

/** A line of a container, or a part of a long one. */
export interface LogPart {
  /** When it was written: RFC 3339 in UTC with nine decimals, so that times compare as strings. */
  readonly time: string;
  /** Without the newline. */
  readonly text: string;
  /** Whether the line continues in the next part. */
  readonly partial: boolean;
}

/** A line, or a part of one, in the log of an execution. */
export interface LogLine extends LogPart {
  readonly task: string;
  /** Empty for lines of the service about a task. */
  readonly step: string;
  readonly pod: string;
}

/** An item of a log stream: `opened` begins a followed log, `keepAlive` is sent if there was no line for a while. */
export type LogItem = LogLine | 'opened' | 'keepAlive';

/**
 * A time in the form of {@link LogPart.time}. Kubelets write the time zone of their node and may omit trailing zeros.
 *
 * @returns undefined if the text is not an RFC 3339 time
 */
export function logTimeOf(text: string): string | undefined {
  const timestamp = parseTimestamp(text);
  return timestamp && formatTimestamp(timestamp);
}

/**
 * Characters that control a terminal or change the order of a text: control characters except tab, line and paragraph
 * separators, and directional marks (https://www.unicode.org/reports/tr9/).
 */
const unsafe = /(?!\t)[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Characters of an escape such as `\u001b`. */
export const maxEscapeLength = 6;

/** Escapes unsafe characters as JSON does (`\r`, `\u001b`), so that a container cannot forge lines in a terminal. */
export function escapeUnsafe(text: string): string {
  return text.replaceAll(unsafe, (character) =>
    character < ' '
      ? JSON.stringify(character).slice(1, -1)
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
