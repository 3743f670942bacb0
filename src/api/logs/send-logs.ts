import { Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Clock } from '../../kubernetes/clock.ts';
import { noteRefusal } from '../call/call-span.ts';
import { executionOf } from '../errors/failed-call.ts';
import { toApiError } from '../errors/to-api-error.ts';
import { BufferedWriter } from '../rest/buffered-writer.ts';
import { KeepAlive } from '../call/keep-alive.ts';
import type { LogLine } from './log-line.ts';
import type { LogFormat } from './log-text.ts';
import { idle } from './step-log.ts';

/** Keeps what is streamed from being stored, or held back by proxies until there is more of it (nginx does by default). */
const headers = { 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' } as const;

/** What is sent when there has been no line for a while: no line of a log is empty, in either format. */
const emptyLine = '\n';

/**
 * Answers with lines, each taken only when the connection has room for it. What goes wrong before there is anything to
 * send is thrown, and answered as a problem like any other; later it is told in the last line, and the connection is cut,
 * so that nobody takes what has come for the whole. While there is nothing to send, proxies see that the connection is in use.
 */
export async function sendLogs(
  lines: AsyncGenerator<LogLine | typeof idle, void, undefined>,
  format: LogFormat,
  { originalUrl, params }: Pick<Request, 'originalUrl' | 'params'>,
  response: Response,
  clock: Clock,
): Promise<void> {
  const first = await lines.next();
  response.writeHead(200, { ...headers, 'content-type': format.contentType });
  response.flushHeaders();
  const text = new BufferedWriter(response);
  // A connection that is full has something on its way.
  using keepAlive = new KeepAlive(clock, () => response.writableNeedDrain || void text.write(emptyLine));
  try {
    for (let next = first; next.done !== true; next = await lines.next()) {
      if (next.value === idle) continue;
      keepAlive.sent();
      await text.write(format.line(next.value));
    }
    text.flush();
    response.end();
  } catch (thrown) {
    const error = toApiError(thrown);
    noteRefusal(error);
    if (error.code === 'Internal')
      logger.error({ ...executionOf(params), err: error.cause, url: originalUrl, msg: error.message });
    text.flush();
    response.write(format.error(error, originalUrl), () => response.destroy());
  } finally {
    await lines.return();
  }
}

const logger = new Logger('ExecutionApi');
