import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { listenInParallel } from './listen-in-parallel.ts';

const host = '127.0.0.1';
const open: { readonly servers: Server[]; readonly sockets: Socket[] } = { servers: [], sockets: [] };

afterEach(() => {
  for (const socket of open.sockets.splice(0)) socket.destroy();
  for (const server of open.servers.splice(0)) server.close();
});

/** A server on a port; returns the port. */
async function listening(server: Server, port = 0): Promise<number> {
  open.servers.push(server);
  await listenInParallel(server, { host, port });
  return (server.address() as AddressInfo).port;
}

function connectTo(port: number): Socket {
  const socket = connect(port, host).on('error', () => undefined);
  open.sockets.push(socket);
  return socket;
}

describe('listening in parallel', () => {
  it('accepts several connections per turn of the event loop', async () => {
    let turn = 0;
    const turns: number[] = [];
    const server = createServer(() => turns.push(turn));
    const port = await listening(server);
    const clients = Array.from({ length: 128 }, () => connectTo(port));
    for (; turns.length < clients.length; turn++) await new Promise(setImmediate);

    expect(new Set(turns).size).toBeLessThan(clients.length / 2);
  });

  it('refuses a port that another server has', async () => {
    const port = await listening(createServer());

    await expect(listening(createServer(), port)).rejects.toThrow('EADDRINUSE');
  });

  it('serves HTTP', async () => {
    const port = await listening(createHttpServer((_request, response) => response.end('served')));

    const responses = Array.from({ length: 32 }, async () => (await fetch(`http://${host}:${port}`)).text());
    expect(new Set(await Promise.all(responses))).toEqual(new Set(['served']));
  });

  it('closes all sockets, and reports it when all connections have ended', async () => {
    const accepted: Socket[] = [];
    const server = createServer((socket) => accepted.push(socket));
    const port = await listening(server);
    const clients = Array.from({ length: 32 }, () => connectTo(port));
    while (accepted.length < clients.length) await new Promise(setImmediate);
    let isClosed = false;
    const closed = new Promise<void>((resolve) => {
      server.close(() => {
        isClosed = true;
        resolve();
      });
    });

    const refused = Array.from({ length: 32 }, () => once(connectTo(port), 'connect'));
    expect(new Set((await Promise.allSettled(refused)).map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(isClosed).toBe(false);
    for (const socket of accepted) socket.destroy();
    await closed;
  });
});
