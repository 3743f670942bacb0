/** How long a gRPC connection may last, in milliseconds. */
export interface ConnectionAge {
  /** After which its client is asked to connect anew (GOAWAY), give or take a tenth; 0 for never. */
  readonly maxMs: number;
  /** For calls that are in flight then. */
  readonly graceMs: number;
}

/** How much grpc-js spreads the age of connections, as a part of it, so that they do not all come back at once. */
const jitter = 0.1;

/**
 * The age as grpc-js has it. Streams end by themselves ({@link streamEndMs}), which is at the latest a fifth of the age after
 * the earliest time at which their client was asked; the grace is what comes on top of that.
 */
export function connectionAge({ maxMs, graceMs }: ConnectionAge): Record<string, number> {
  if (maxMs === 0) return {};
  return {
    'grpc.max_connection_age_ms': maxMs,
    'grpc.max_connection_age_grace_ms': graceMs + 2 * jitter * maxMs,
  };
}

/**
 * When the streams of a connection end, in milliseconds since it began: its client has been asked to connect anew by then,
 * and its connection is not cut yet. Undefined for never.
 */
export function streamEndMs(maxMs: number): number | undefined {
  return maxMs === 0 ? undefined : (1 + jitter) * maxMs;
}
