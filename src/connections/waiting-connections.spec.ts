import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import { expect, it } from '@jest/globals';
import { ConnectionLimits } from './connection-limits.ts';
import { callsPerTurn } from './paced-queue.ts';

it('a TLS connection is not read while it waits for its turn', async () => {
  const count = 4 * callsPerTurn;
  const read: number[] = [];
  const all = Promise.withResolvers<void>();
  const server = createServer().removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    read.push(socket.bytesRead);
    if (read.length === count) all.resolve();
  });
  new ConnectionLimits({ total: count, perAddress: count }).applyTo(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const clients = Array.from({ length: count }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  for (const client of clients) client.write(Buffer.alloc(10_000));
  await all.promise;

  expect(read.filter((bytes) => bytes > 0)).toEqual([]);
  for (const client of clients) client.destroy();
  server.close();
});
