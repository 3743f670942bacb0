import type { IncomingMessage } from 'node:http';
import { limits } from '../contract/limits.ts';

/** A parsed request. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The header Authorization. */
  readonly authorization: string | undefined;
  /** Undefined when it is longer than the service reads. */
  readonly body: string | undefined;
}

/** @throws Error if the client disconnects before the request is complete */
export async function read(request: IncomingMessage): Promise<ApiRequest> {
  // Only the path and the query matter.
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake');
  const { authorization } = request.headers;
  const body = await bodyOf(request);
  return { method: request.method ?? '', path: pathname, query: searchParams, authorization, body };
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limits.body) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  const bytes: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of bytes) {
    length += chunk.length;
    if (length > limits.body) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
