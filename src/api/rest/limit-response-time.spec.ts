import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Request, Response } from 'express';
import { limitResponseTime } from './limit-response-time.ts';

/** Larger than the buffers of a connection on the loopback interface. */
const body = Buffer.alloc(64 * 1024 * 1024);

const limit = limitResponseTime(100);
const server = createServer((request, response) => {
  const answer = () => void response.writeHead(200).write(body);
  void limit(Object.assign(request, { path: request.url }) as Request, response as Response, answer);
});
beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** The response to a request whose client does not read it. */
async function unreadResponse(path: string): Promise<ServerResponse> {
  const { port } = server.address() as AddressInfo;
  const requested = once(server, 'request') as Promise<[unknown, ServerResponse]>;
  connect(port, '127.0.0.1')
    .on('error', () => undefined)
    .pause()
    .write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  return (await requested)[1];
}

it('closes a response that is not read, unless it is a stream', async () => {
  const executions = '/api/v1/namespaces/payment/workflowexecutions';
  const watch = await unreadResponse('/api/v1/watch/namespaces/payment/workflowexecutions');
  const log = await unreadResponse(`${executions}/we-1/log`);
  const get = await unreadResponse(`${executions}/log`);

  await once(get, 'close');

  expect([watch.destroyed, log.destroyed]).toEqual([false, false]);
});
