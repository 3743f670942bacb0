import { maxHeaderSize, type Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';

/** Time for the TLS handshake, and again for the first headers, in milliseconds. */
export const handshakeTimeoutMs = 10_000;

/** How often Node.js checks the timeouts, in milliseconds; the default is 30 s. */
const checkEveryMs = 1_000;

/**
 * Timeouts of HTTP connections. Headers and request must be complete in time even if bytes arrive. Idle connections are kept
 * for longer than the 60 s of common load balancers, which would otherwise send requests on closing ones. After an error,
 * a connection is read for up to 5 s more, so that the client receives the response.
 */
export const httpLimits = {
  headersTimeoutMs: handshakeTimeoutMs,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 65_000,
  lingerMs: 5_000,
  /** The limit of Node.js for request line and headers. */
  maxHeaderBytes: maxHeaderSize,
} as const;

/** Applies {@link httpLimits} to a server that does not listen yet. */
export function limitTimes(server: HttpServer | HttpsServer): void {
  server.headersTimeout = httpLimits.headersTimeoutMs;
  server.requestTimeout = httpLimits.requestTimeoutMs;
  server.keepAliveTimeout = httpLimits.keepAliveTimeoutMs;
  // A constructor option, which Nest does not pass on; Node.js reads it when the server listens.
  Object.assign(server, { connectionsCheckingInterval: checkEveryMs });
}
