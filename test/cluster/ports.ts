import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';

/** Lowest port that is tried; below are those that people give to services by hand. */
const lowest = 20_000;
/** Where Linux begins to take ports for outgoing connections when it does not say otherwise. */
const usualEphemeralStart = 32_768;
const attempts = 50;

/**
 * Chooses ports of 127.0.0.1 that nothing listens on, on any address.
 *
 * They lie below the range that the kernel gives to outgoing connections. From a port of that range a component could
 * not be restarted: while it is down, any connection of another process may be given its port.
 *
 * @returns as many different ports as names, under these names
 */
export async function freePorts<Name extends string>(names: readonly Name[]): Promise<Record<Name, number>> {
  const held: Server[] = [];
  const ports: Partial<Record<Name, number>> = {};
  try {
    for (const name of names) {
      const server = await holdFreePort();
      held.push(server);
      ports[name] = portOf(server);
    }
  } finally {
    await Promise.all(held.map((server) => new Promise((done) => server.close(done))));
  }
  return complete(ports, names);
}

function complete<Name extends string>(ports: Partial<Record<Name, number>>, names: readonly Name[]) {
  const isComplete = (value: Partial<Record<Name, number>>): value is Record<Name, number> =>
    names.every((name) => value[name] !== undefined);
  if (!isComplete(ports)) throw new Error('a port is missing');
  return ports;
}

async function holdFreePort(): Promise<Server> {
  const end = ephemeralStart();
  for (let attempt = 0; attempt < attempts && end > lowest; attempt += 1) {
    const server = await listen(randomInt(lowest, end));
    if (server) return server;
  }
  const server = await listen(0);
  if (!server) throw new Error('no free port on 127.0.0.1');
  return server;
}

/** Listens on all addresses: what is free there is free on 127.0.0.1, and some components listen on all. */
function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

function ephemeralStart(): number {
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim().split(/\s+/)[0]);
  } catch {
    return usualEphemeralStart;
  }
}
