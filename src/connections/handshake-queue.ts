import type { Socket } from 'node:net';
import { handshakes } from '../config/limits.ts';
import { systemClock, type Clock } from '../kubernetes/clock.ts';

interface Handshake {
  readonly address: string;
  readonly socket: Socket;
  readonly peer: string;
  readonly start: () => void;
  startedMs: number;
}

type Peer = Pick<Socket, 'remoteAddress' | 'remotePort'>;

/**
 * Bounds the TLS handshakes in progress: each takes some tenths of a millisecond, and clients choose when it continues, so any
 * number of them may continue in one turn of the event loop. The others wait, and addresses take turns. While any waits,
 * handshakes that take long are ended, the oldest first.
 */
export class HandshakeQueue {
  /** The oldest first. */
  private readonly inProgress = new Set<Handshake>();
  private readonly byPeer = new Map<string, Handshake>();
  private readonly waiting = new Map<string, Handshake[]>();
  private stopTimer: (() => void) | undefined;

  constructor(private readonly clock: Pick<Clock, 'elapsedMs' | 'setTimer'> = systemClock) {}

  /** Starts a handshake when it is its turn. */
  add(address: string, socket: Socket, start: () => void): void {
    const handshake: Handshake = { address, socket, peer: peerOf(socket), start, startedMs: 0 };
    socket.once('close', () => this.end(handshake));
    const queue = this.waiting.get(address);
    if (queue === undefined) this.waiting.set(address, [handshake]);
    else queue.push(handshake);
    this.serve();
  }

  /** The handshake of the connection from a peer is complete. */
  completed(peer: Peer): void {
    const handshake = this.byPeer.get(peerOf(peer));
    if (handshake !== undefined) this.end(handshake);
  }

  private serve(): void {
    while (this.waiting.size > 0 && (this.inProgress.size < handshakes.max || this.dropOldest())) this.startNext();
    if (this.waiting.size === 0) {
      this.stopTimer?.();
      this.stopTimer = undefined;
    }
    const [oldest] = this.inProgress;
    if (this.waiting.size === 0 || oldest === undefined || this.stopTimer !== undefined) return;
    const inMs = oldest.startedMs + handshakes.giveWayAfterMs - this.clock.elapsedMs();
    this.stopTimer = this.clock.setTimer(inMs, () => {
      this.stopTimer = undefined;
      this.serve();
    });
  }

  private startNext(): void {
    const [[address, queue] = ['', []]] = this.waiting;
    this.waiting.delete(address);
    const next = queue.shift();
    // To the end, behind the other addresses.
    if (queue.length > 0) this.waiting.set(address, queue);
    if (next === undefined || next.socket.destroyed) return;
    next.startedMs = this.clock.elapsedMs();
    this.inProgress.add(next);
    this.byPeer.set(next.peer, next);
    next.start();
  }

  /** Ends the oldest handshake if it has taken long; false if it has not. */
  private dropOldest(): boolean {
    const [oldest] = this.inProgress;
    if (oldest === undefined || this.clock.elapsedMs() - oldest.startedMs < handshakes.giveWayAfterMs) return false;
    this.forget(oldest);
    oldest.socket.destroy();
    return true;
  }

  private end(handshake: Handshake): void {
    if (this.forget(handshake)) this.serve();
  }

  private forget(handshake: Handshake): boolean {
    if (this.byPeer.get(handshake.peer) === handshake) this.byPeer.delete(handshake.peer);
    return this.inProgress.delete(handshake);
  }
}

function peerOf({ remoteAddress, remotePort }: Peer): string {
  return `${remoteAddress} ${remotePort}`;
}
