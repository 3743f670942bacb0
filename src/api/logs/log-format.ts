import { toProblem } from '../rest/problem.dto.ts';
import type { StreamFormat } from '../rest/send-stream.ts';
import type { LogItem, LogLine } from './log-line.ts';

/** `[task : step] text`, as tkn prints it; `…` marks a line that continues in the next part. */
export function plainText(withTimes: boolean): StreamFormat<LogItem> {
  return {
    contentType: 'text/plain; charset=utf-8',
    encode: encodeWith(({ time, task, step, text, partial }) => {
      const prefix = `[${step === '' ? task : `${task} : ${step}`}] ${withTimes ? `${time} ` : ''}`;
      return `${prefix}${text}${partial ? '…' : ''}\n`;
    }),
    encodeError: ({ message }) => `error: the log breaks off here: ${message}\n`,
    closesOnError: true,
    waitsForClient: true,
  };
}

/** One JSON object per line (https://github.com/ndjson/ndjson-spec). */
export const ndjson: StreamFormat<LogItem> = {
  contentType: 'application/x-ndjson; charset=utf-8',
  encode: encodeWith(({ time, task, step, pod, text, partial }) => {
    return `${JSON.stringify({ time, task, step, pod, text, ...(partial ? { partial } : {}) })}\n`;
  }),
  encodeError: (error, instance) => `${JSON.stringify({ error: toProblem(error, instance) })}\n`,
  closesOnError: true,
  waitsForClient: true,
};

/** A keep-alive is an empty line in either format. */
function encodeWith(encodeLine: (line: LogLine) => string): (item: LogItem) => string {
  return (item) => {
    if (item === 'opened') return '';
    return item === 'keepAlive' ? '\n' : encodeLine(item);
  };
}
