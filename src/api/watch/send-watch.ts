import { Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { noteRefusal } from '../call/call-span.ts';
import { executionOf } from '../errors/failed-call.ts';
import { toApiError } from '../errors/to-api-error.ts';
import { drained } from '../rest/buffered-writer.ts';
import { beginning, headers, toErrorText } from './watch-sse.ts';
import type { WatchEvent } from './watch.types.ts';

/**
 * Answers with the events as Server-Sent Events, each taken only when the connection has room for it. What goes wrong
 * before the first event is thrown, and answered as a problem like any other; later it is told as the last event.
 */
export async function sendWatch(
  events: AsyncGenerator<WatchEvent, void, undefined>,
  encode: (event: WatchEvent) => string | Buffer,
  { originalUrl, params }: Pick<Request, 'originalUrl' | 'params'>,
  response: Response,
): Promise<void> {
  const first = await events.next();
  if (first.done === true) return;
  response.writeHead(200, headers);
  response.write(beginning);
  try {
    await write(response, encode(first.value));
    for await (const event of events) await write(response, encode(event));
  } catch (thrown) {
    const error = toApiError(thrown);
    noteRefusal(error);
    if (error.code === 'Internal')
      log.error({ ...executionOf(params), err: error.cause, url: originalUrl, msg: error.message });
    response.write(toErrorText(error, originalUrl));
  } finally {
    await events.return();
  }
  response.end();
}

const log = new Logger('ExecutionApi');

/** Writing promises nothing of what has been written before; only a full connection is waited for. */
function write(response: Response, text: string | Buffer): Promise<void> | undefined {
  return response.write(text) ? undefined : drained(response);
}
