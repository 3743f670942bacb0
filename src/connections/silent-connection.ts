import type { Socket } from 'node:net';
import { systemClock, type Clock } from '../kubernetes/clock.ts';

/**
 * Closes a connection that receives nothing for `silenceMs`, a time in which a living peer answers a ping.
 *
 * Node.js 24 does not notice the end of every connection of HTTP/2 over TLS: after a write has failed, TLSWrap takes no
 * other (EncOut keeps its `write_size_`, src/crypto/crypto_tls.cc), and the HTTP/2 session, which waits for a write,
 * neither reads nor closes its socket, even when it is destroyed. A client that sends much and reads nothing does that.
 */
export function closeWhenSilent(socket: Socket, silenceMs: number, clock: Clock = systemClock): void {
  let stop = () => {};
  const check = (receivedBefore: number) => {
    const received = socket.bytesRead;
    if (received === receivedBefore) return void socket.destroy();
    stop = clock.setTimer(silenceMs, () => check(received));
  };
  check(-1);
  socket.once('close', () => stop());
}
