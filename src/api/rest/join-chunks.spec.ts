import { once } from 'node:events';
import { webcrypto } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express, { json, type Request } from 'express';
import { smallPieces } from '../../config/limits.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { handleClientErrors } from './client-errors.ts';
import { joinChunks } from './join-chunks.ts';

x509.cryptoProvider.set(globalThis.crypto);

/** Sizes of the blocks in which the last body was read. */
const blocks: number[] = [];

/** Reads and returns JSON bodies. */
async function start(server: Server): Promise<void> {
  const app = express()
    .use(joinChunks(server, new FakeClock()))
    // The body arrives before it is read.
    .use((_request, _response, next) => void setImmediate(next))
    .use((request, _response, next) => {
      blocks.length = 0;
      const emit = request.emit.bind(request);
      request.emit = (event: string, ...args: unknown[]) => {
        if (event === 'data') blocks.push((args[0] as Buffer).length);
        return emit(event, ...args);
      };
      next();
    })
    .use(json({ limit: '2mb' }))
    .use((request: Request, response) => void response.json(request.body));
  server.on('request', app);
  handleClientErrors(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

const server = createServer();
beforeAll(() => start(server));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function open(): Socket {
  const { port } = server.address() as AddressInfo;
  return connect({ port, host: '127.0.0.1' }).on('error', () => undefined);
}

/** Sends a body in chunks of so many bytes; returns the response. */
async function send(body: string, chunkBytes: number): Promise<string> {
  const socket = open();
  const count = Math.ceil(body.length / chunkBytes);
  const chunks = Array.from({ length: count }, (_, at) => {
    const chunk = body.slice(at * chunkBytes, (at + 1) * chunkBytes);
    return `${chunk.length.toString(16)}\r\n${chunk}\r\n`;
  });
  socket.write('POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n');
  socket.write(`transfer-encoding: chunked\r\n\r\n${chunks.join('')}0\r\n\r\n`);
  return textOf(socket);
}

async function textOf(socket: Socket): Promise<string> {
  let text = '';
  for await (const part of socket) text += String(part);
  return text;
}

const bodyOf = (bytes: number) => JSON.stringify({ text: 'x'.repeat(bytes - 11) });

describe('a body in chunks', () => {
  it('is read in few blocks', async () => {
    const body = bodyOf(60_000);

    const answer = await send(body, 300);

    expect(answer.endsWith(body)).toBe(true);
    expect(blocks.length).toBeLessThanOrEqual(4);
  });

  it('is read to its end when more than the buffer of the stream has arrived before', async () => {
    const body = bodyOf(1_000_000);

    const answer = await send(body, 20_000);

    expect(answer.endsWith(body)).toBe(true);
  });

  it('of a byte each is read up to a bounded number', async () => {
    const body = bodyOf(smallPieces.burst);

    const answer = await send(body, 1);

    expect(answer.endsWith(body)).toBe(true);
    expect(blocks).toEqual([body.length]);
  });

  it('of a byte each is refused beyond it with a problem', async () => {
    const answer = await send(bodyOf(2 * smallPieces.burst), 1);

    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('the body arrives in too many small pieces');
  });
});

describe('a body in TLS records', () => {
  let tlsServer: Server;
  beforeAll(async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: 'CN=localhost',
      keys,
      signingAlgorithm: algorithm,
    });
    const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    tlsServer = createTlsServer({
      cert: certificate.toString('pem'),
      key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`,
    });
    await start(tlsServer);
  });
  afterAll(() => {
    tlsServer.closeAllConnections();
    tlsServer.close();
  });

  /** Sends a body of known length in records of a byte each. */
  async function sendRecords(body: string): Promise<string> {
    const { port } = tlsServer.address() as AddressInfo;
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }).on('error', () => undefined);
    await once(socket, 'secureConnect');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n');
    socket.write(`content-length: ${body.length}\r\n\r\n`);
    const answer = textOf(socket);
    // Writes that wait for another would share a record.
    for (const byte of body) await new Promise((resolve) => socket.write(byte, resolve));
    return answer;
  }

  it('of a byte each is read up to a bounded number, in one block', async () => {
    const body = bodyOf(smallPieces.burst);

    expect((await sendRecords(body)).endsWith(body)).toBe(true);
    expect(blocks).toEqual([body.length]);
  });

  it('of a byte each is refused beyond it with a problem', async () => {
    expect(await sendRecords(bodyOf(2 * smallPieces.burst))).toMatch(/^HTTP\/1\.1 400 /);
  });
});
