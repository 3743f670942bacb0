import type { ApiError } from '../errors/api-error.ts';
import { toProblem } from '../rest/problem.dto.ts';
import type { LogLine } from './log-line.ts';

/** A form that logs are given in over REST. */
export interface LogFormat {
  readonly contentType: string;
  line(line: LogLine): string;
  /** The last line of a log that breaks off. */
  error(error: ApiError, instance: string): string;
}

/** For people: `[task : step] text`, as Tekton's own command line shows it; `…` where the line goes on in the next part. */
export function plainText(withTimes: boolean): LogFormat {
  return {
    contentType: 'text/plain; charset=utf-8',
    line: ({ time, task, step, text, partial }) =>
      `[${step === '' ? task : `${task} : ${step}`}] ${withTimes ? `${time} ` : ''}${text}${partial ? '…' : ''}\n`,
    error: ({ message }) => `error: the log breaks off here: ${message}\n`,
  };
}

/** For programs: one JSON object a line (https://github.com/ndjson/ndjson-spec). */
export const ndjson: LogFormat = {
  contentType: 'application/x-ndjson; charset=utf-8',
  line: ({ time, task, step, pod, text, partial }) =>
    `${JSON.stringify({ time, task, step, pod, text, ...(partial ? { partial } : {}) })}\n`,
  error: (error, instance) => `${JSON.stringify({ error: toProblem(error, instance) })}\n`,
};
