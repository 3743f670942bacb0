import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';

/** Lowest port to try; lower ones are commonly assigned by hand. */
const lowest = 20_000;
/** Default start of Linux's ephemeral port range. */
const usualEphemeralStart = 32_768;
const attempts = 50;
/** Ports that this process has chosen: what they were chosen for may not listen yet. */
const chosen = new Set<number>();

/**
 * Chooses ports without a listener on any address, below the ephemeral range: a component could not be restarted on a port of
 * that range if an outgoing connection took it meanwhile.
 *
 * @returns different ports by name
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
    const port = randomInt(lowest, end);
    const server = chosen.has(port) ? undefined : await listen(port);
    if (server === undefined) continue;
    chosen.add(port);
    return server;
  }
  const server = await listen(0);
  if (!server) throw new Error('no free port on 127.0.0.1');
  return server;
}

/** Listens on all addresses, as some components do; such a port is also free on 127.0.0.1. */
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
