import type { Server, Socket } from 'node:net';
import { addressGroup } from './address-group.ts';

/** How many connections a port may have open. */
export interface ConnectionCaps {
  readonly total: number;
  /** Of one address, or of one /64 for IPv6. */
  readonly perAddress: number;
}

/** Open connections that are counted together. */
class Group {
  size = 0;
  /** Those without an authenticated call yet, the oldest first. */
  readonly anonymous = new Set<Socket>();
}

/** The groups and the peer of an open connection. */
interface Connection {
  readonly groups: readonly Group[];
  readonly address: string;
  readonly peer: string;
  readonly openedMs: number;
  /** Before one was authenticated. */
  calls: number;
}

/**
 * Bounds the open connections of one port, in all and per address. At a limit a new connection takes the place of the oldest
 * one on which no call has been authenticated yet, so that nobody keeps callers out by holding connections; where there is
 * none, the new one is closed. At the limit of all, the address with the most of them loses one: a flood from some addresses
 * does not close the connection of a probe before its request was read.
 */
export class ConnectionLimits {
  private readonly all = new Group();
  private readonly byAddress = new Map<string, Group>();
  private readonly byPeer = new Map<string, Socket>();
  private readonly open = new Map<Socket, Connection>();

  constructor(private readonly caps: ConnectionCaps) {}

  /** Bounds the connections that a server accepts from now on. */
  applyTo(server: Server): void {
    server.prependListener('connection', (socket: Socket) => this.admit(socket));
  }

  /** Marks the connection from this peer as one with an authenticated call. */
  authenticated(peer: Peer): void {
    const socket = this.byPeer.get(peerKey(peer));
    if (socket === undefined) return;
    for (const { anonymous } of this.open.get(socket)?.groups ?? []) anonymous.delete(socket);
  }

  /** Counts a call on the connection from this peer: how many there were; 0 when one of them was authenticated. */
  countAnonymousCall(peer: Peer): number {
    const socket = this.byPeer.get(peerKey(peer));
    const connection = socket && this.open.get(socket);
    if (socket === undefined || connection === undefined || !this.all.anonymous.has(socket)) return 0;
    return ++connection.calls;
  }

  /** How long the connection from this peer has been open, in milliseconds; undefined when there is none. */
  ageMs(peer: Peer): number | undefined {
    const socket = this.byPeer.get(peerKey(peer));
    const connection = socket && this.open.get(socket);
    return connection && performance.now() - connection.openedMs;
  }

  private admit(socket: Socket): void {
    const address = addressGroup(socket.remoteAddress ?? '');
    const { perAddress, total } = this.caps;
    const known = this.byAddress.get(address);
    const hasRoom =
      (known === undefined || known.size < perAddress || this.closeOldest(known)) &&
      (this.all.size < total || this.closeOldest(this.largest()));
    if (!hasRoom) return void socket.destroy();
    const own = this.byAddress.get(address) ?? new Group();
    this.byAddress.set(address, own);
    const connection = {
      groups: [this.all, own],
      address,
      peer: peerKey(socket),
      openedMs: performance.now(),
      calls: 0,
    };
    this.open.set(socket, connection);
    this.byPeer.set(connection.peer, socket);
    for (const group of connection.groups) {
      group.size += 1;
      group.anonymous.add(socket);
    }
    socket.once('close', () => this.forget(socket));
  }

  /** The address with the most anonymous connections; of several the one that has had its oldest for longest. */
  private largest(): Group {
    let largest = this.all;
    let [size, openedMs] = [0, 0];
    for (const group of this.byAddress.values()) {
      const [oldest] = group.anonymous;
      const opened = (oldest && this.open.get(oldest)?.openedMs) ?? 0;
      if (group.anonymous.size < size || (group.anonymous.size === size && opened >= openedMs)) continue;
      [largest, size, openedMs] = [group, group.anonymous.size, opened];
    }
    return largest;
  }

  /** Closes the oldest anonymous connection of a group; false when it has none. */
  private closeOldest(group: Group): boolean {
    const [oldest] = group.anonymous;
    if (oldest === undefined) return false;
    this.forget(oldest);
    oldest.destroy();
    return true;
  }

  private forget(socket: Socket): void {
    const connection = this.open.get(socket);
    if (connection === undefined) return;
    this.open.delete(socket);
    const { groups, address, peer } = connection;
    if (this.byPeer.get(peer) === socket) this.byPeer.delete(peer);
    for (const group of groups) {
      group.size -= 1;
      group.anonymous.delete(socket);
    }
    if (this.byAddress.get(address)?.size === 0) this.byAddress.delete(address);
  }
}

/** The other end of a connection. */
export interface Peer {
  readonly remoteAddress?: string;
  readonly remotePort?: number;
}

function peerKey({ remoteAddress, remotePort }: Peer): string {
  return `${remoteAddress} ${remotePort}`;
}
