import type { Socket } from 'node:net';
import { handshakes } from '../config/limits.ts';
import { peerKey, type Peer } from './peer.ts';

interface Handshake {
  readonly address: string;
  readonly socket: Socket;
}

/**
 * Bounds the TLS handshakes in progress: each takes some tenths of a millisecond, and clients choose when it continues, so all of
 * them may in one turn of the event loop. Beyond the limit the oldest one of the address with the most is ended.
 */
export class Handshakes {
  /** By peer, the oldest first. */
  private readonly inProgress = new Map<string, Handshake>();

  /** Adds the handshake of a connection that begins now. */
  begin(address: string, socket: Socket): void {
    const peer = peerKey(socket);
    const handshake = { address, socket };
    this.inProgress.set(peer, handshake);
    socket.once('close', () => this.inProgress.get(peer) === handshake && this.inProgress.delete(peer));
    if (this.inProgress.size > handshakes) this.endOldest();
  }

  /** The handshake of the connection from a peer is complete. */
  complete(peer: Peer): void {
    this.inProgress.delete(peerKey(peer));
  }

  private endOldest(): void {
    const sizes = new Map<string, number>();
    for (const { address } of this.inProgress.values()) sizes.set(address, (sizes.get(address) ?? 0) + 1);
    const most = Math.max(...sizes.values());
    for (const [peer, { address, socket }] of this.inProgress) {
      if (sizes.get(address) !== most) continue;
      this.inProgress.delete(peer);
      return void socket.destroy();
    }
  }
}
