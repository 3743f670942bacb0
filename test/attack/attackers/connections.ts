import { repeatInParallel, attackEnd, sleep, type Attack } from './attack.ts';
import { addressOf, head, HttpConnection, isOpened, open, type ConnectionOptions } from './connection.ts';
import { call, framed, methods, session } from './grpc.ts';
import { aJwt } from '../../../src/auth/auth.builders.ts';
import { collection } from './bodies.ts';

/** Ways to connect to each port: with TLS and, where it is served, without a handshake. */
function endpointsOf({ target: { ports } }: Attack): readonly ConnectionOptions[] {
  return [
    { port: ports.http, tls: 'http/1.1' },
    { port: ports.grpc, tls: 'h2' },
    { port: ports.http },
    { port: ports.grpc },
    ...ports.operations.map((port) => ({ port })),
  ];
}

/** 10,000 idle connections over all ports; closed ones are reopened. */
export async function idleConnections(attack: Attack): Promise<void> {
  const ways = endpointsOf(attack);
  await repeatInParallel(attack, 10_000, async (number) => {
    const { port, tls } = ways[number % ways.length] ?? ways[0] ?? { port: 0 };
    await sleep(attack, (number / 10_000) * 4_000);
    const socket = open({ port, tls, from: addressOf(number % 50) });
    if (!attack.signal.aborted && (await isOpened(socket, tls === undefined ? 'connect' : 'secureConnect'))) {
      attack.counter.add('opened');
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      await Promise.race([closed, attackEnd(attack)]);
    }
    socket.destroy();
    await sleep(attack, 1_000);
  });
}

/** Opens and closes connections on all ports as fast as possible, half of them after the handshake. */
export async function connectionStorm(attack: Attack): Promise<void> {
  const ways = endpointsOf(attack);
  await repeatInParallel(attack, 400, async (number, turn) => {
    const { port, tls } = ways[(number + turn) % ways.length] ?? ways[0] ?? { port: 0 };
    const socket = open({ port, tls, from: addressOf(number % 50) });
    const isOpen = await isOpened(socket, tls === undefined || turn % 2 === 0 ? 'connect' : 'secureConnect');
    attack.counter.add(isOpen ? 'opened' : 'closed');
    socket.destroy();
  });
}

/** Invalid tokens, a different one each time, from the address of a legitimate client. */
export async function badTokens(attack: Attack): Promise<void> {
  const { target, counter, random } = attack;
  const token = () => (random.chance(0.8) ? aJwt(`stranger ${random.integer(0, 1e9)}`) : 'a.b.c');
  const connections = Array.from(
    { length: 50 },
    () => new HttpConnection({ port: target.ports.http, tls: 'http/1.1' }),
  );
  const sessions = Array.from({ length: 5 }, () => session(target.ports.grpc));
  await Promise.all([
    repeatInParallel(attack, connections.length, async (number) => {
      const headers = { Authorization: `Bearer ${token()}` };
      counter.add(`HTTP ${await connections[number]?.send(head('GET', collection(attack), headers))}`);
    }),
    repeatInParallel(attack, 50, async (number) => {
      const at = number % sessions.length;
      let connection = sessions[at];
      if (connection === undefined || connection.destroyed || connection.closed) {
        connection = sessions[at] = session(target.ports.grpc);
      }
      counter.add(`gRPC ${await call(connection, methods.list, framed(Buffer.alloc(0)), { token: token() })}`);
    }),
  ]);
  for (const connection of connections) connection.close();
  for (const connection of sessions) connection.destroy();
}

/** Requests to the public endpoints as fast as possible: metrics, health, the OpenAPI document. */
export async function publicEndpoints(attack: Attack): Promise<void> {
  const { ports } = attack.target;
  const pages = [
    ...ports.operations.map((port) => ({ port, tls: undefined })),
    { port: ports.http, tls: 'http/1.1' as const },
  ];
  await repeatInParallel(attack, 600, async (number) => {
    const { port, tls } = pages[number % pages.length] ?? pages[0] ?? { port: 0, tls: undefined };
    const connection = new HttpConnection({ port, tls, from: addressOf(number % 20) });
    const paths = tls === undefined ? ['/metrics', '/readyz'] : ['/openapi.json', '/docs'];
    for (let turn = 0; turn < 20 && !attack.signal.aborted; turn++) {
      const request = head('GET', paths[turn % 2] ?? '/');
      // Pipelined requests.
      const status = await connection.send(request.repeat(10));
      attack.counter.add(`HTTP ${status}`);
      if (status === 0) break;
    }
    connection.close();
  });
}
