import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { handleClientErrors } from './client-errors.ts';
import { drainRequest } from './problem.filter.ts';

const server = createServer();
let listener: RequestListener = (_request, response) => void response.end('fine');
server.on('request', (request, response) => listener(request, response));
handleClientErrors(server);

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

/** Sends each part after a response to the one before; returns everything received. */
async function exchange(...parts: readonly (string | Buffer)[]): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [first = '', ...more] = parts;
  let text = '';
  socket.write(first);
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    const next = more.shift();
    if (next !== undefined) socket.write(next);
  });
  // Rejects when the connection is reset.
  await once(socket, 'close');
  return text;
}

const megabyte = Buffer.alloc(1024 * 1024, 0x78);

const problemOf = (text: string): unknown => JSON.parse(text.slice(text.indexOf('\r\n\r\n')));

describe('an invalid request', () => {
  it.each([
    ['that is not HTTP', 'hello\r\n\r\n', 400, 'the request is not valid HTTP/1.1: '],
    ['of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'the request is not valid HTTP/1.1: '],
    ['with a long address', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n`, 431, 'larger than 16384 bytes'],
    ['with large headers', `GET / HTTP/1.1\r\n${'x: y\r\n'.repeat(5_000)}`, 431, 'larger than 16384 bytes'],
    ['that asks for a tunnel', 'CONNECT x:443 HTTP/1.1\r\nhost: x\r\n\r\n', 400, 'not a proxy'],
    [
      'with invalid chunks',
      'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nnone\r\n',
      400,
      'the request is not valid HTTP/1.1: ',
    ],
    [
      'with large chunk extensions',
      `POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}\r\n`,
      413,
      'extensions of the chunks',
    ],
  ])('%s is answered with a problem', async (_, request, status, detail) => {
    listener = (incoming, response) => drainRequest(incoming, () => response.end('read'));

    const answer = await exchange(request);

    expect(answer).toMatch(
      new RegExp(`^HTTP/1.1 ${status} [\\w ]+\r\nContent-Type: application/problem\\+json; charset=utf-8\r\n`),
    );
    expect(problemOf(answer)).toMatchObject({ status, detail: expect.stringContaining(detail) });
  });

  it('is answered even if much data follows', async () => {
    const answer = await exchange(
      Buffer.concat([Buffer.from('hello\r\n\r\n'), megabyte, megabyte, megabyte, megabyte]),
    );

    expect(problemOf(answer)).toMatchObject({ status: 400 });
  });

  it('is answered after an answered request', async () => {
    listener = (_request, response) => void response.end('fine');

    const answer = await exchange('GET / HTTP/1.1\r\nhost: x\r\n\r\n', 'hello\r\n\r\n');

    expect(answer).toMatch(/\r\n\r\nfineHTTP\/1.1 400 Bad Request\r\n/);
  });

  it('cuts off a response that has started', async () => {
    listener = (_request, response) => void response.write('begun');

    const answer = await exchange('GET / HTTP/1.1\r\nhost: x\r\n\r\n', 'hello\r\n\r\n').catch(String);

    expect(answer).toMatch(/begun\r\n$/);
  });

  it('is answered after the previous request', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    listener = () => resolve();

    const answer = exchange('GET / HTTP/1.1\r\nhost: x\r\n\r\nhello\r\n\r\n');
    await asked;

    await expect(answer).resolves.toBe('');
  });
});

describe('drainRequest', () => {
  it('keeps the connection until the response is received', async () => {
    const body = Buffer.concat([megabyte, megabyte, megabyte, megabyte]);
    const head = `POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n`;
    listener = (request, response) => drainRequest(request, () => response.end('refused'));

    const answer = await exchange(Buffer.concat([Buffer.from(head), body]));

    expect(answer).toMatch(/\r\n\r\nrefused$/);
  });

  it('ends when the caller disconnects', async () => {
    const { promise: done, resolve } = Promise.withResolvers<boolean>();
    listener = (request) => {
      drainRequest(request, () => resolve(request.complete));
      request.socket.destroy();
    };

    const head = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n';
    await exchange(head);

    await expect(done).resolves.toBe(false);
  });
});
