import type { Socket } from 'node:net';
import { handshakeTimeoutMs } from './http-limits.ts';

/** What an HTTP/2 client begins with (RFC 9113, section 3.4). */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/**
 * Waits for the beginning of HTTP/2 on a connection, which stays to be read. One on which it does not come in time, or on
 * which something else comes, is closed.
 *
 * @param begun called once, when it is there
 */
export function awaitPreface(socket: Socket, begun: () => void): void {
  const timer = setTimeout(() => socket.destroy(), handshakeTimeoutMs).unref();
  const read = () => {
    const first: unknown = socket.read(preface.length);
    if (!(first instanceof Buffer)) return;
    stop();
    if (!preface.equals(first)) return void socket.destroy();
    socket.unshift(first);
    begun();
  };
  const stop = () => {
    clearTimeout(timer);
    socket.off('readable', read);
    socket.off('close', stop);
  };
  socket.on('readable', read);
  socket.once('close', stop);
}
