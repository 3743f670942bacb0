import type { Socket } from 'node:net';
import { handshakeTimeoutMs } from './http-limits.ts';

/** The first bytes of an HTTP/2 client (RFC 9113, section 3.4). */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/**
 * Waits for the HTTP/2 preface without consuming it. Closes connections that do not send it in time or send something else.
 *
 * @param received called once
 */
export function awaitPreface(socket: Socket, received: () => void): void {
  const timer = setTimeout(() => socket.destroy(), handshakeTimeoutMs).unref();
  const read = () => {
    const first: unknown = socket.read(preface.length);
    if (!(first instanceof Buffer)) return;
    stop();
    if (!preface.equals(first)) return void socket.destroy();
    socket.unshift(first);
    received();
  };
  const stop = () => {
    clearTimeout(timer);
    socket.off('readable', read);
    socket.off('close', stop);
  };
  socket.on('readable', read);
  socket.once('close', stop);
}
