import { maxHeaderSize } from 'node:http';

/**
 * The largest request on either transport, in bytes. The resource that it makes, with the status that it is going to
 * have, stays below what etcd stores (1.5 MiB, https://etcd.io/docs/latest/dev-guide/limit/).
 */
export const maxRequestBytes = 1024 * 1024;

/**
 * What gRPC connections are held to (https://github.com/grpc/grpc-node/tree/master/packages/grpc-js#supported-channel-options).
 * A client is pinged when it has been silent for a minute, so that streams of clients that are gone without a word end.
 */
export const grpcLimits = {
  'grpc.max_receive_message_length': maxRequestBytes,
  'grpc.max_concurrent_streams': 4_096,
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
} as const;

/**
 * What HTTP connections are held to: headers within 10 s and a whole request within 30 s, so that nobody keeps a connection
 * by sending it a byte at a time. A connection is kept for 65 s when idle, more than the 60 s of common load balancers, which
 * would else send a request on one that is just being closed. One that is closed by an error is read for up to 5 s more, so
 * that the answer gets through.
 */
export const httpLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 65_000,
  lingerMs: 5_000,
  /** Node's own limit, of request line and headers together. */
  maxHeaderBytes: maxHeaderSize,
} as const;
