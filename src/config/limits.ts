const mebibyte = 1024 * 1024;

/**
 * The largest request on either transport, in bytes. The resource that it makes, with the status that it is going to
 * have, stays below what etcd stores (1.5 MiB, https://etcd.io/docs/latest/dev-guide/limit/).
 */
export const maxRequestBytes = mebibyte;

/** The largest execution that etcd stores, in bytes. */
export const maxExecutionBytes = 1.5 * mebibyte;

/** What is held of the bodies of all requests of authenticated callers, over both transports. */
export const bodyBudget = { total: 64 * mebibyte, perCaller: 16 * mebibyte };

/** What is held of the messages to health and reflection, which are open to everybody, by address. */
export const openBodyBudget = { total: 16 * mebibyte, perCaller: 4 * mebibyte };

/** What is held of executions and pages of lists that callers have been answered with and have not read yet. */
export const answerBudget = { total: 128 * mebibyte, perCaller: 8 * mebibyte };

/** Time without progress, in milliseconds, after which a response that its client does not read is cancelled. */
export const responseTimeoutMs = 60_000;

/**
 * What gRPC connections are held to (https://github.com/grpc/grpc-node/tree/master/packages/grpc-js#supported-channel-options).
 * A client is pinged when it has been silent for a minute, so that streams of clients that are gone without a word end.
 */
export const grpcLimits = {
  'grpc.max_receive_message_length': maxRequestBytes,
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
} as const;

/** How many gRPC streams may be open besides the watches and logs that WFE_MAX_STREAMS and WFE_MAX_STREAMS_PER_CALLER allow. */
export const otherStreams = { total: 2_000, perConnection: 100 } as const;

/**
 * What a call to health or reflection holds of that until it ends, in bytes: such streams have no end of their own, and so
 * many of an address are open at once.
 */
export const openCallBytes = 64 * 1024;
