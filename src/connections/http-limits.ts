import { maxHeaderSize, type Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';

/** How long a new connection may take for its TLS handshake, and again for its first headers, in milliseconds. */
export const handshakeTimeoutMs = 10_000;

/** How often Node.js looks for connections that are over their time, in milliseconds; by itself every 30 s. */
const checkEveryMs = 1_000;

/**
 * What HTTP connections are held to: headers within 10 s and a whole request within 30 s, so that nobody keeps a connection
 * by sending it a byte at a time. A connection is kept for 65 s when idle, more than the 60 s of common load balancers, which
 * would else send a request on one that is just being closed. One that is closed by an error is read for up to 5 s more, so
 * that the answer gets through.
 */
export const httpLimits = {
  headersTimeoutMs: handshakeTimeoutMs,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 65_000,
  lingerMs: 5_000,
  /** Node's own limit, of request line and headers together. */
  maxHeaderBytes: maxHeaderSize,
} as const;

/** Holds a server to {@link httpLimits}. Call it before the server listens. */
export function limitTimes(server: HttpServer | HttpsServer): void {
  server.headersTimeout = httpLimits.headersTimeoutMs;
  server.requestTimeout = httpLimits.requestTimeoutMs;
  server.keepAliveTimeout = httpLimits.keepAliveTimeoutMs;
  // An option of the constructor, which Nest does not pass on; it is read when the server begins to listen.
  Object.assign(server, { connectionsCheckingInterval: checkEveryMs });
}
