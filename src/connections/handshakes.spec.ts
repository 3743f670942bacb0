import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { handshakes as maxHandshakes } from '../config/limits.ts';
import { Handshakes } from './handshakes.ts';

let handshakes: Handshakes;
let closed: string[];
beforeEach(() => {
  handshakes = new Handshakes();
  closed = [];
});

/** Begins the handshake of a connection from an address. */
function begin(address: string, remotePort: number): EventEmitter {
  const destroy = () => closed.push(`${address}:${remotePort}`);
  const socket = Object.assign(new EventEmitter(), { remoteAddress: address, remotePort, destroy });
  handshakes.begin(address, socket as unknown as Socket);
  return socket;
}

/** Begins as many handshakes as are allowed, less some, from different addresses. */
function fill(but = 0): void {
  for (let number = 0; number < maxHandshakes - but; number++) begin(`10.0.0.${number}`, 1);
}

describe('TLS handshakes beyond the limit', () => {
  it('end the oldest one of the address with the most', () => {
    fill(3);
    for (const port of [1, 2, 3]) begin('10.0.1.1', port);
    begin('10.0.1.2', 1);

    expect(closed).toEqual(['10.0.1.1:1']);
  });

  it('end the oldest one if no address has more than others', () => {
    fill();
    begin('10.0.1.1', 1);

    expect(closed).toEqual(['10.0.0.0:1']);
  });

  it('do not count those that are complete or closed', () => {
    fill(2);
    begin('10.0.1.1', 1).emit('close');
    begin('10.0.1.1', 2);
    handshakes.complete({ remoteAddress: '10.0.1.1', remotePort: 2 });
    begin('10.0.1.1', 3);
    begin('10.0.1.1', 4);

    expect(closed).toEqual([]);
  });
});
