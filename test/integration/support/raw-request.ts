import { connect } from 'node:net';
import type { RunningApi } from '../api/running-api.ts';

/** An HTTP request, to be sent unchanged. */
export interface RawRequest {
  readonly method: string;
  /** As in the request line. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** A response, possibly incomplete. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

/**
 * Sends the bytes of a request unchanged on a new connection, and reads the response to its end.
 *
 * @param api the address, and the headers that authenticate the caller
 * @throws Error when the connection is reset
 */
export function send(api: Pick<RunningApi, 'url' | 'headers'>, request: RawRequest): Promise<RawAnswer> {
  const { method, path: target, headers, body = Buffer.alloc(0) } = request;
  const lines = Object.entries({ ...headers, ...api.headers, 'content-length': String(body.length) });
  const head = [
    `${method} ${target} HTTP/1.1`,
    'host: localhost',
    'connection: close',
    ...lines.map((l) => l.join(': ')),
  ];
  return exchange(api, `${head.join('\r\n')}\r\n\r\n`, body);
}

/**
 * Sends bytes, and reads the response to its end.
 *
 * @throws Error when the connection is reset
 */
export function exchange(api: Pick<RunningApi, 'url'>, ...bytes: readonly (string | Buffer)[]): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.once('error', reject);
    socket.once('close', () => resolve(parsed(Buffer.concat(parts).toString('utf8'))));
    for (const part of bytes) socket.write(part);
  });
}

function parsed(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [head, body] = [text.slice(0, end), text.slice(end + 4)];
  const chunked = /^transfer-encoding: chunked$/im.test(head);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
    headers: head.toLowerCase(),
    body: chunked ? body.replace(/^[0-9a-f]+\r\n|\r\n[0-9a-f]+\r\n/gi, '') : body,
  };
}
