import { EventEmitter, once } from 'node:events';
import { connect as connectTo, createServer, type AddressInfo, type Server } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { handshakes } from '../config/limits.ts';
import { ConnectionLimits, connectionsPerTurn, type ConnectionCaps } from './connection-limits.ts';

class FakeSocket extends EventEmitter {
  destroyed = false;

  constructor(
    readonly remoteAddress: string,
    readonly remotePort: number,
  ) {
    super();
  }

  destroy(): void {
    this.destroyed = true;
  }

  resume(): void {}

  _write(): void {}
}

/** A port with these limits; `connect` opens a connection from an address. */
function portWith(
  caps: Pick<ConnectionCaps, 'total' | 'perAddress'> & Partial<ConnectionCaps>,
  server: EventEmitter = new EventEmitter(),
) {
  const isListening = { value: true, configurable: true };
  Object.defineProperty(server, 'listening', isListening);
  const accepted: string[] = [];
  server.on('connection', ({ remoteAddress }: FakeSocket) => accepted.push(remoteAddress));
  const limits = new ConnectionLimits({ anonymous: caps.total, ...caps });
  limits.applyTo(server as unknown as Server);
  let port = 1_000;
  const connect = (address: string) => {
    const socket = new FakeSocket(address, port++);
    server.emit('connection', socket);
    return socket;
  };
  const close = () => Object.defineProperty(server, 'listening', { ...isListening, value: false });
  return { limits, connect, accepted, close };
}

/** A port with TLS. */
function portWithTls() {
  const server = new TlsServer().removeAllListeners('connection');
  return { server, ...portWith({ total: 1_000, perAddress: 1_000 }, server) };
}

const closed = (...sockets: FakeSocket[]) => sockets.map(({ destroyed }) => destroyed);

describe('connection limits', () => {
  it('replace the oldest anonymous connection of an address at its limit', () => {
    const { connect } = portWith({ total: 10, perAddress: 2 });
    const sockets = ['10.0.0.2', '10.0.0.1', '10.0.0.1', '10.0.0.1'].map(connect);

    expect(closed(...sockets)).toEqual([false, true, false, false]);
  });

  it('replace the oldest anonymous connection at the total limit', () => {
    const { connect } = portWith({ total: 2, perAddress: 2 });
    const sockets = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(connect);

    expect(closed(...sockets)).toEqual([true, false, false]);
  });

  it('replace a connection of the address with the most at the total limit', () => {
    const { connect } = portWith({ total: 4, perAddress: 4 });
    const sockets = ['10.0.0.9', '10.0.0.1', '10.0.0.1', '10.0.0.2', '10.0.0.3'].map(connect);

    expect(closed(...sockets)).toEqual([false, true, false, false, false]);
  });

  it('never close a connection with an authenticated call', () => {
    const { limits, connect } = portWith({ total: 2, perAddress: 2 });
    const first = connect('10.0.0.1');
    limits.authenticated(first);
    const second = connect('10.0.0.1');
    const third = connect('10.0.0.1');

    expect(closed(first, second, third)).toEqual([false, true, false]);
  });

  it('replace an anonymous connection of the address with the most at the limit of these', () => {
    const { limits, connect } = portWith({ total: 10, perAddress: 10, anonymous: 3 });
    const known = connect('10.0.0.1');
    limits.authenticated(known);
    const sockets = ['10.0.0.2', '10.0.0.1', '10.0.0.1', '10.0.0.1'].map(connect);

    expect(closed(known, ...sockets)).toEqual([false, false, true, false, false]);
  });

  it('do not count a connection that was closed or authenticated as anonymous', () => {
    const { limits, connect } = portWith({ total: 10, perAddress: 10, anonymous: 1 });
    const [first, second] = [connect('10.0.0.1'), connect('10.0.0.1')];
    limits.authenticated(second);
    const third = connect('10.0.0.1');
    third.emit('close');
    second.emit('close');
    limits.authenticated(third);

    expect(closed(first, second, third, connect('10.0.0.1'))).toEqual([true, false, false, false]);
  });

  it('close a new connection if all others have authenticated calls', () => {
    const { limits, connect } = portWith({ total: 1, perAddress: 1 });
    const first = connect('10.0.0.1');
    limits.authenticated(first);

    expect(closed(first, connect('10.0.0.2'))).toEqual([false, true]);
  });

  it('pass on a bounded number of connections per turn of the event loop, of all addresses alternately', async () => {
    const { connect, accepted } = portWith({ total: 1_000, perAddress: 1_000 });
    for (let flood = 0; flood < 2 * connectionsPerTurn; flood++) connect('10.0.0.1');
    connect('10.0.0.1').destroy();
    connect('10.0.0.2');
    const before = accepted.length;
    await new Promise((resolve) => setImmediate(resolve));

    expect(before).toBe(connectionsPerTurn);
    expect(accepted).toHaveLength(2 * connectionsPerTurn);
    expect(accepted[connectionsPerTurn + 1]).toBe('10.0.0.2');
    await new Promise((resolve) => setImmediate(resolve));
    expect(accepted).toHaveLength(2 * connectionsPerTurn + 1);
  });

  it('do not read connections before their turn', () => {
    const server = createServer();
    new ConnectionLimits({ total: 1, perAddress: 1, anonymous: 1 }).applyTo(server);

    // As the option of net.createServer, which the servers of HTTP do not pass on.
    expect(server).toMatchObject({ pauseOnConnect: true });
  });

  it('pass on what arrives before their turn', async () => {
    const received: string[] = [];
    const server = createServer((socket) => void socket.unref().on('data', (data) => received.push(data.toString())));
    new ConnectionLimits({ total: 1_000, perAddress: 1_000, anonymous: 1_000 }).applyTo(server);
    await once(server.unref().listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const clients = Array.from({ length: 3 * connectionsPerTurn }, (_, number) =>
      connectTo(port, '127.0.0.1').unref().end(`${number}`),
    );
    await Promise.all(clients.map((client) => once(client, 'close')));
    server.close();

    expect(received.map(Number).toSorted((a, b) => a - b)).toEqual([...clients.keys()]);
  });

  it('close what waits for its turn when the server closes', async () => {
    const { connect, close } = portWith({ total: 1_000, perAddress: 1_000 });
    const passedOn = Array.from({ length: connectionsPerTurn }, () => connect('10.0.0.1'));
    const waiting = connect('10.0.0.1');
    close();
    await new Promise((resolve) => setImmediate(resolve));

    expect(waiting.destroyed).toBe(true);
    expect(passedOn.filter(({ destroyed }) => destroyed)).toEqual([]);
  });

  it('close TLS connections beyond the handshakes in progress, and others as these complete', async () => {
    const { connect, server } = portWithTls();
    const sockets: FakeSocket[] = [];
    const begin = async () => {
      sockets.push(connect('10.0.0.1'));
      await new Promise((resolve) => setImmediate(resolve));
    };
    for (let number = 0; number < handshakes; number++) await begin();
    server.emit('secureConnection', sockets[3]);
    await begin();
    expect(sockets.filter(({ destroyed }) => destroyed)).toEqual([]);

    await begin();

    expect(sockets.findIndex(({ destroyed }) => destroyed)).toBe(0);
  });

  it('do not count closed connections', () => {
    const { limits, connect } = portWith({ total: 1, perAddress: 1 });
    const first = connect('10.0.0.1');
    limits.authenticated(first);
    first.emit('close');

    expect(connect('10.0.0.1').destroyed).toBe(false);
  });

  it('count the addresses of an IPv6 /64 together', () => {
    const { connect } = portWith({ total: 10, perAddress: 1 });
    const sockets = ['2001:db8::1', '2001:db8::2', '2001:db8:0:1::1'].map(connect);

    expect(closed(...sockets)).toEqual([true, false, false]);
  });
});
