import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Request, Response } from 'express';
import { limitResponseTime } from './limit-response-time.ts';
import { sendStream, type StreamFormat } from './send-stream.ts';

/** Larger than the buffers of a connection on the loopback interface. */
const body = Buffer.alloc(64 * 1024 * 1024);

const log: StreamFormat<string> = {
  contentType: 'text/plain',
  encode: (item) => item,
  encodeError: String,
  closesOnError: false,
  waitsForClient: true,
};

// eslint-disable-next-line @typescript-eslint/require-await -- the source of a stream
async function* items() {
  yield 'x'.repeat(body.length);
}

const limit = limitResponseTime(100);
const server = createServer((request, response) => {
  void limit(request as Request, response as Response, () => {
    if (request.url === '/other') return void response.writeHead(200).write(body);
    const format = { ...log, waitsForClient: request.url === '/log' };
    void sendStream(items(), format, request as Request, response as Response, new AbortController().signal);
  });
});
beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
const clients: Socket[] = [];
afterAll(() => {
  for (const client of clients) client.destroy();
  server.closeAllConnections();
  server.close();
});

/** The response to a request whose client does not read it. */
async function unreadResponse(path: string): Promise<ServerResponse> {
  const { port } = server.address() as AddressInfo;
  const requested = once(server, 'request') as Promise<[unknown, ServerResponse]>;
  const client = connect(port, '127.0.0.1')
    .on('error', () => undefined)
    .pause();
  client.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  clients.push(client);
  return (await requested)[1];
}

it('closes a response that is not read, unless it is a log', async () => {
  const log = await unreadResponse('/log');
  const watch = await unreadResponse('/watch');
  const other = await unreadResponse('/other');

  await Promise.all([once(watch, 'close'), once(other, 'close')]);

  expect(log.destroyed).toBe(false);
});
