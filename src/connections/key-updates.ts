import type { Server, TLSSocket } from 'node:tls';
import { keyUpdates } from '../config/limits.ts';
import { systemClock, type Clock } from '../kubernetes/clock.ts';
import { TokenBucket } from '../kubernetes/token-bucket.ts';

/** What a line of the key log begins with after a KeyUpdate of the client. */
const label = Buffer.from('CLIENT_TRAFFIC_SECRET_N ');

/**
 * Limits the KeyUpdates of TLS 1.3 (RFC 8446, section 4.6.3) per connection. OpenSSL does not, unlike BoringSSL and Go: 27 bytes
 * make it derive a key, and Node.js reads up to 2 MB of a connection per turn of the event loop. Node.js shows them only in its
 * key log (https://nodejs.org/api/tls.html#event-keylog), from inside OpenSSL: the read that brought them, of up to 64 KiB, is
 * processed to its end. The lines contain secrets, and are erased.
 *
 * @param close called at most once per connection. Must not close the TLSSocket but its TCP socket: the former may free the
 *   state in which OpenSSL works.
 */
export function limitKeyUpdates(server: Server, close: (socket: TLSSocket) => void, clock: Clock = systemClock): void {
  const buckets = new WeakMap<TLSSocket, TokenBucket | 'closed'>();
  const count = (socket: TLSSocket): void => {
    const bucket = buckets.get(socket) ?? new TokenBucket(keyUpdates, clock.elapsedMs());
    if (bucket === 'closed') return;
    const isWithin = bucket.take(clock.elapsedMs());
    buckets.set(socket, isWithin ? bucket : 'closed');
    if (!isWithin) close(socket);
  };
  server.on('keylog', (line, socket) => {
    const isUpdate = line.length > label.length && label.compare(line, 0, label.length) === 0;
    line.fill(0);
    if (isUpdate) count(socket);
  });
}
