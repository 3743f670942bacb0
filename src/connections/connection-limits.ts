import type { Server, Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { addressGroup } from './address-group.ts';
import { limitKeyUpdates } from './key-updates.ts';
import { Handshakes } from './handshakes.ts';
import { PacedQueue } from './paced-queue.ts';
import { peerKey, type Peer } from './peer.ts';
import { writeInPieces } from './write-in-pieces.ts';

/** Open connections that a port may have. */
export interface ConnectionCaps {
  readonly total: number;
  /** Per IPv4 address or IPv6 /64. */
  readonly perAddress: number;
  /** Without an authenticated call. */
  readonly anonymous: number;
}

/** Connections that are passed on per turn of the event loop: a handshake or a page takes about a millisecond. */
export const connectionsPerTurn = 5;

interface Connection {
  readonly socket: Socket;
  readonly peer: string;
  readonly group: Group;
  readonly openedMs: number;
  /** Before one was authenticated. */
  calls: number;
}

/** The connections of one address. */
interface Group {
  readonly address: string;
  size: number;
  /** Those without an authenticated call, the oldest first. */
  readonly anonymous: Set<Connection>;
}

/**
 * Bounds the open connections of a port, in total and per address. At a limit, a new connection replaces the oldest one
 * without an authenticated call: of its own address at the limit of the address, of the address with the most of them at
 * the other limits. So held connections cannot lock out callers, and a flood from few addresses does not close a
 * probe's connection. If all connections have authenticated calls, the new one is closed. Few are passed on per turn of the event
 * loop. With TLS, {@link Handshakes} bounds their handshakes, and {@link limitKeyUpdates} what follows.
 */
export class ConnectionLimits {
  private readonly groups = new Map<string, Group>();
  private readonly open = new Set<Connection>();
  private readonly byPeer = new Map<string, Connection>();
  /** Number of those without an authenticated call. */
  private anonymous = 0;
  private readonly queue = new PacedQueue(connectionsPerTurn);
  private readonly handshakes = new Handshakes();

  constructor(private readonly caps: ConnectionCaps) {}

  /** Bounds the connections that a server accepts from now on; its listeners have to be complete. */
  applyTo(server: Server): void {
    const listeners = server.listeners('connection');
    server.removeAllListeners('connection');
    // Nothing is read from a connection that waits for its turn.
    Object.assign(server, { pauseOnConnect: true });
    const hasTls = server instanceof TlsServer;
    if (hasTls) {
      limitKeyUpdates(server, (socket) => this.closeFlood(socket));
      server.on('secureConnection', (socket) => {
        this.handshakes.complete(socket);
        writeInPieces(socket);
      });
    }
    server.on('connection', (socket: Socket) => {
      // A reset may arrive before the listeners of the server do.
      socket.on('error', () => socket.destroy());
      const group = this.admit(socket);
      if (group === undefined) return void socket.destroy();
      const { address } = group;
      this.queue.add(address, {
        run: () => {
          if (!server.listening) return void socket.destroy();
          if (hasTls) this.handshakes.begin(address, socket);
          for (const listener of listeners) Reflect.apply(listener, server, [socket]);
          if (!hasTls) socket.resume();
        },
        isObsolete: () => socket.destroyed,
      });
    });
  }

  /** Marks the connection from a peer as having an authenticated call. */
  authenticated(peer: Peer): void {
    const connection = this.byPeer.get(peerKey(peer));
    if (connection?.group.anonymous.delete(connection)) this.anonymous -= 1;
  }

  /** Counts a call on the connection from a peer; returns 0 once one was authenticated. */
  countAnonymousCall(peer: Peer): number {
    const connection = this.byPeer.get(peerKey(peer));
    if (connection === undefined || !connection.group.anonymous.has(connection)) return 0;
    return ++connection.calls;
  }

  /** Age of the connection from a peer, in milliseconds; undefined if there is none. */
  ageMs(peer: Peer): number | undefined {
    const connection = this.byPeer.get(peerKey(peer));
    return connection && performance.now() - connection.openedMs;
  }

  /** Counts a connection; returns its group, or undefined if there is no room for it. */
  private admit(socket: Socket): Group | undefined {
    const address = addressGroup(socket.remoteAddress ?? '');
    const { perAddress, total, anonymous } = this.caps;
    const hasRoom =
      ((this.groups.get(address)?.size ?? 0) < perAddress || this.closeOldest(this.groups.get(address))) &&
      ((this.open.size < total && this.anonymous < anonymous) || this.closeOldest(this.largestGroup()));
    if (!hasRoom) return undefined;
    const group = this.groups.get(address) ?? { address, size: 0, anonymous: new Set() };
    this.groups.set(address, group);
    const connection = { socket, peer: peerKey(socket), group, openedMs: performance.now(), calls: 0 };
    this.open.add(connection);
    this.byPeer.set(connection.peer, connection);
    group.size += 1;
    group.anonymous.add(connection);
    this.anonymous += 1;
    socket.once('close', () => this.forget(connection));
    return group;
  }

  /** The address with the most anonymous connections; of several, the one with the oldest connection. */
  private largestGroup(): Group | undefined {
    let largest: Group | undefined;
    for (const group of this.groups.values()) {
      const [size, most] = [group.anonymous.size, largest?.anonymous.size ?? 0];
      if (size > most || (size === most && openedMs(group) < openedMs(largest))) largest = group;
    }
    return largest;
  }

  /**
   * Closes the connection from a peer, and those of its address without an authenticated call: what they have sent in the same
   * turn of the event loop is then not read. From inside OpenSSL, only the TCP sockets may be closed.
   */
  private closeFlood(peer: Peer): void {
    const connection = this.byPeer.get(peerKey(peer));
    if (connection === undefined) return;
    for (const one of [connection, ...connection.group.anonymous]) {
      this.forget(one);
      one.socket.destroy();
    }
  }

  /** Closes the oldest anonymous connection; false if there is none. */
  private closeOldest(group: Group | undefined): boolean {
    const [oldest] = group?.anonymous ?? [];
    if (oldest === undefined) return false;
    this.forget(oldest);
    oldest.socket.destroy();
    return true;
  }

  private forget(connection: Connection): void {
    if (!this.open.delete(connection)) return;
    const { group, peer } = connection;
    if (this.byPeer.get(peer) === connection) this.byPeer.delete(peer);
    group.size -= 1;
    if (group.anonymous.delete(connection)) this.anonymous -= 1;
    if (group.size === 0) this.groups.delete(group.address);
  }
}

function openedMs(group: Group | undefined): number {
  const [oldest] = group?.anonymous ?? [];
  return oldest?.openedMs ?? Infinity;
}
