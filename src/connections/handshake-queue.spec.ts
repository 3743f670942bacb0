import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { handshakes } from '../config/limits.ts';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import { HandshakeQueue } from './handshake-queue.ts';

let clock: FakeClock;
let queue: HandshakeQueue;
let started: string[];
let sockets: Map<string, Socket>;
beforeEach(() => {
  clock = new FakeClock();
  queue = new HandshakeQueue(clock);
  started = [];
  sockets = new Map();
});

/** Connects from an address; the port makes the name unique. */
function connect(address: string, remotePort: number): void {
  const name = `${address}:${remotePort}`;
  const state = { destroyed: false };
  const socket = Object.assign(new EventEmitter(), {
    remoteAddress: address,
    remotePort,
    destroy: () => (state.destroyed = true),
  });
  Object.defineProperty(socket, 'destroyed', { get: () => state.destroyed });
  const asSocket = socket as unknown as Socket;
  sockets.set(name, asSocket);
  queue.add(address, asSocket, () => started.push(name));
}

/** So many connections from an address. */
const fill = (address: string, count: number) => Array.from({ length: count }, (_, port) => connect(address, port));

const isClosed = (name: string) => sockets.get(name)?.destroyed === true;

describe('TLS handshakes', () => {
  it('wait while many are in progress, until one is complete or closed', () => {
    fill('a', handshakes.max);
    connect('b', 1);
    connect('b', 2);
    expect(started).toHaveLength(handshakes.max);

    queue.completed({ remoteAddress: 'a', remotePort: 7 });
    expect(started.at(-1)).toBe('b:1');
    sockets.get('a:9')?.emit('close');

    expect(started.at(-1)).toBe('b:2');
    expect(started).toHaveLength(handshakes.max + 2);
  });

  it('are started by address in turn', () => {
    fill('a', handshakes.max + 2);
    connect('b', 1);

    for (const remotePort of [0, 1, 2]) queue.completed({ remoteAddress: 'a', remotePort });

    expect(started.slice(handshakes.max)).toEqual([`a:${handshakes.max}`, 'b:1', `a:${handshakes.max + 1}`]);
  });

  it('give way if they take long and others wait, the oldest first', async () => {
    fill('a', handshakes.max);
    await clock.advance(2 * handshakes.giveWayAfterMs);
    expect(isClosed('a:0')).toBe(false);

    connect('b', 1);

    expect([isClosed('a:0'), isClosed('a:1')]).toEqual([true, false]);
    expect(started.at(-1)).toBe('b:1');
  });

  it('have time before they give way', async () => {
    fill('a', handshakes.max);
    connect('b', 1);
    await clock.advance(handshakes.giveWayAfterMs - 1);
    expect(started).toHaveLength(handshakes.max);

    await clock.advance(1);

    expect(started.at(-1)).toBe('b:1');
  });

  it('of connections that were closed while they waited are not started', () => {
    fill('a', handshakes.max);
    connect('b', 1);
    sockets.get('b:1')?.destroy();

    queue.completed({ remoteAddress: 'a', remotePort: 0 });

    expect(started).toHaveLength(handshakes.max);
    expect(clock.pending).toBe(0);
  });
});
