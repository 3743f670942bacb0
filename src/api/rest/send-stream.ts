import { once } from 'node:events';
import type { Request, Response } from 'express';
import type { ApiError } from '../errors/api-error.ts';
import { failCall } from '../call/failed-call.ts';

/** How the items of a stream become the body of a response. */
export interface StreamFormat<T> {
  readonly contentType: string;
  /** What the body begins with. */
  readonly preamble?: string;
  /** Empty for an item that only begins the response. */
  encode(item: T): string;
  /** Encodes the error that ends a stream; `instance` is the address of the request. */
  encodeError(error: ApiError, instance: string): string;
  /** Whether the connection is closed after an error, because the items alone do not show that some are missing. */
  readonly closesOnError: boolean;
  /** Whether the client may take any time to read: people read logs at their own pace, and a line takes little memory. */
  readonly waitsForClient: boolean;
}

/** Keeps caches from storing a stream, and proxies from buffering it (nginx does by default). */
const headers = { 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' } as const;

/**
 * Sends a stream. Each item is taken only when the connection has room for it. An error before the
 * first item is thrown and becomes a problem response; a later one is sent at the end of the stream.
 *
 * @param signal aborts when the client is gone
 */
export async function sendStream<T>(
  items: AsyncGenerator<T, void, undefined>,
  format: StreamFormat<T>,
  { method, originalUrl, params }: Pick<Request, 'method' | 'originalUrl' | 'params'>,
  response: Response,
  signal: AbortSignal,
): Promise<void> {
  const write = async (text = '') => {
    if (text !== '' && !response.write(text)) await once(response, 'drain', { signal }).catch(() => undefined);
  };
  const first = await items.next();
  // Turns off limitResponseTime.
  if (format.waitsForClient) response.setTimeout(0);
  response.writeHead(200, { ...headers, 'content-type': format.contentType });
  response.flushHeaders();
  try {
    if (method === 'HEAD') return void response.end();
    await write(format.preamble);
    for (let next = first; next.done !== true; next = await items.next()) await write(format.encode(next.value));
    response.end();
  } catch (thrown) {
    const error = failCall(thrown, { parameters: params, url: originalUrl });
    const text = format.encodeError(error, originalUrl);
    if (format.closesOnError) response.write(text, () => response.destroy());
    else response.end(text);
  } finally {
    await items.return();
  }
}
