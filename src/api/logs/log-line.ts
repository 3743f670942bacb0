import type { ExecutionKey } from '../resource/names.ts';

/** What of the log of an execution is asked for. */
export interface LogsCommand {
  readonly key: ExecutionKey;
  /** Whether to go on with what the steps write, until the execution has ended. */
  readonly follow: boolean;
  /** Only what was written at this time or after it; a {@link LogPart.time}. */
  readonly since?: string;
}

/** A line, or a part of one, as it is in the log of a container. */
export interface LogPart {
  /** When it was written: RFC 3339 in UTC with nine decimals, so that times compare as texts do. */
  readonly time: string;
  /** Without the end of the line. */
  readonly text: string;
  /** Whether the line goes on in the next part. */
  readonly partial: boolean;
}

/** A line, or a part of one, of the log of an execution. */
export interface LogLine extends LogPart {
  readonly task: string;
  /** Empty when the line comes from the service, and is about the task as a whole. */
  readonly step: string;
  readonly pod: string;
}

/** When something came here, in milliseconds of the clock: it may have been written long before. */
export interface Arrived {
  readonly arrivedMs: number;
}
