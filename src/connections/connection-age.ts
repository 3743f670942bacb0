/** How long a gRPC connection may last. */
export interface ConnectionAge {
  /** Milliseconds until the client is asked to reconnect (GOAWAY), ±10 %; 0 for never. */
  readonly maxMs: number;
  /** Milliseconds for calls that are in flight then. */
  readonly graceMs: number;
}

/** How far grpc-js spreads the ages of connections, as a fraction. */
const jitter = 0.1;

/** The options of grpc-js. The grace covers the jitter, because streams end at {@link streamEndMs}. */
export function connectionAge({ maxMs, graceMs }: ConnectionAge): Record<string, number> {
  if (maxMs === 0) return {};
  return {
    'grpc.max_connection_age_ms': maxMs,
    'grpc.max_connection_age_grace_ms': graceMs + 2 * jitter * maxMs,
  };
}

/**
 * The age of a connection, in milliseconds, at which its streams end: the client has been asked to reconnect and the
 * connection is still open. Undefined for never.
 */
export function streamEndMs(maxMs: number): number | undefined {
  return maxMs === 0 ? undefined : (1 + jitter) * maxMs;
}
