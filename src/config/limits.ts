/**
 * The fixed limits of the product; the others are settings. The OpenAPI document is built from these values, and
 * limits.spec.ts checks what repeats them: pages, comments of the proto, clients and examples.
 */

const mebibyte = 1024 * 1024;

/**
 * Maximum size of a request on either transport, in bytes. The resource that it creates, with its later status, stays below
 * the limit of etcd (1.5 MiB, https://etcd.io/docs/latest/dev-guide/limit/).
 */
export const maxRequestBytes = mebibyte;

/**
 * Maximum depth of a request, and number of its fields and values: class-transformer overflows its stack on deep values, and
 * many hold the event loop. The deepest field of a WorkflowExecution is `spec.workflowRef.version`; its maps and lists may
 * have 640 entries, and it has 40 other fields.
 */
export const requestValues = { depth: 8, values: 1_000 } as const;

/** Maximum size of an execution in etcd, in bytes. */
export const maxExecutionBytes = 1.5 * mebibyte;

/** Memory for requests of authenticated callers, over both transports, in bytes; `perOwner` is per caller. */
export const requestBudget = { total: 64 * mebibyte, perOwner: 16 * mebibyte };

/** Maximum size of a gRPC request other than a create, in bytes: the requests of streams stay in memory. */
export const maxQueryBytes = 16 * 1024;

/** Memory for gRPC calls to health and reflection, and others until they are authenticated, in bytes; `perOwner` is per address. */
export const anonymousBudget = { total: 32 * mebibyte, perOwner: 8 * mebibyte };

/** What a gRPC call takes from its budget besides metadata and message, in bytes; it bounds the number of such calls. */
export const callBytes = {
  /** To health and reflection. */
  anonymous: 32 * 1024,
  /** To other methods, until the caller is authenticated. */
  unauthenticated: 8 * 1024,
  /** After that, until the request is complete. */
  incomplete: 16 * 1024,
} as const;

/** Maximum size of the metadata of a gRPC call, in bytes as RFC 9113 counts them (section 6.5.2); HTTP headers have the same limit. */
export const maxMetadataBytes = 16 * 1024;

/**
 * Pieces of request bodies (frames, chunks, TLS records) of fewer bytes, per connection: burst, and milliseconds until the next
 * one. The first ones of each body do not count: some gRPC clients send the length of a message by itself.
 */
export const smallPieces = { belowBytes: 256, freePerBody: 2, burst: 1_000, refillMs: 10 } as const;

/** TLS 1.3 KeyUpdates per connection: burst, and milliseconds until the next one. Clients send one in gigabytes, if at all. */
export const keyUpdates = { burst: 32, refillMs: 1_000 } as const;

/** Memory for executions, pages of lists and events of watches that clients have not read yet, in bytes. */
export const responseBudget = { total: 128 * mebibyte, perCaller: 8 * mebibyte };

/** Time without progress, in milliseconds, after which a response that its client does not read is canceled. */
export const responseTimeoutMs = 60_000;

/** HTTP/2 pings to silent gRPC clients, in milliseconds, so that streams of disconnected clients end. */
export const connectionPing = { afterMs: 60_000, timeoutMs: 20_000 } as const;

/** Channel options of the gRPC server (https://github.com/grpc/grpc-node/tree/master/packages/grpc-js#supported-channel-options). */
export const grpcLimits = {
  'grpc.max_receive_message_length': maxRequestBytes,
  'grpc.keepalive_time_ms': connectionPing.afterMs,
  'grpc.keepalive_timeout_ms': connectionPing.timeoutMs,
} as const;

/** Maximum number of open gRPC calls besides the streams of WFE_MAX_STREAMS and WFE_MAX_STREAMS_PER_CALLER. */
export const otherStreams = { total: 5_000, perConnection: 100 } as const;

/** TLS handshakes in progress at a time on a port. With an RSA key each takes a millisecond, with an elliptic curve a third. */
export const handshakes = 100;

/** Maximum number of unanswered requests of an HTTP connection. HTTP clients rarely pipeline at all. */
export const maxPipelinedRequests = 8;

/**
 * Connections without an authenticated call, each of REST and gRPC: in one turn of the event loop 64 KiB of each may have to be
 * processed, which takes 2 ms in the smallest TLS records.
 */
export const anonymousConnections = 250;

/**
 * Connections of each of the ports for metrics and health. Their responses are short, so a probe, which takes the place of the
 * oldest connection, is answered even if others hold connections open.
 */
export const operationsConnections = { total: 64, perAddress: 16, anonymous: 64 };

/** Token buckets: burst, and milliseconds until the next token. */
export const rateLimits = {
  /** Reviews of new tokens per address; each costs a request to the API server. */
  reviews: { burst: 50, refillMs: 200 },
  /** Calls per address that are refused without a review: no token, a malformed one, or one known to be bad. */
  refusals: { burst: 100, refillMs: 100 },
  /**
   * Calls over all gRPC connections before authentication, beyond {@link freeAnonymousCalls}. Refusing a call takes some tenths
   * of a millisecond, and one read of a connection may bring hundreds (CVE-2023-44487).
   */
  anonymousCalls: { burst: 1_000, refillMs: 5 },
  /** Bundles that calls with validate_only resolve, per caller and over all of them. */
  preflights: { burst: 50, refillMs: 200 },
  allPreflights: { burst: 100, refillMs: 100 },
} as const;

/**
 * Maximum number of bundles that a replica resolves at a time; each takes some megabytes. Others wait, unless their caller has too
 * many.
 */
export const maxResolutions = { total: 16, perCaller: 8 } as const;

/**
 * Bundles pinned by digest that are remembered: how many, of which length in base64, and for how long in milliseconds; after that
 * the registry decides again who may read them.
 */
export const rememberedBundles = { max: 256, maxLength: 64 * 1024, ttlMs: 3_600_000 } as const;

/** Maximum number of tasks in the answer of a preflight. */
export const maxPreflightTasks = 256;

/** Calls that each gRPC connection may make before one is authenticated. */
export const freeAnonymousCalls = 10;

/** Default and maximum page size of lists (https://google.aip.dev/158). */
export const pageSizes = { default: 50, max: 500 } as const;

/**
 * Maximum size of a page's executions as JSON, in bytes; over gRPC they are smaller. gRPC clients refuse more than 4 MiB by
 * default. A page has at least one execution, which etcd keeps below {@link maxExecutionBytes}.
 */
export const maxPageBytes = 2_000_000;

/** What is shown of a target at most, and the namespaces in which a caller's permission to list is checked for that. */
export const targetLimits = { executions: 10, cooldowns: 128, namespaces: 32 } as const;

/** Maximum number of violations in an error. */
export const maxViolations = 50;

/** Maximum size of a part of a log line in bytes; container runtimes split lines at this size, too. */
export const maxLogPartBytes = 16 * 1024;

/**
 * Silence of a watch or a log before it sends a bookmark, an empty line or an empty message, in milliseconds: shorter than idle
 * timeouts of proxies.
 */
export const streamKeepAliveMs = 15_000;

/** A size in bytes as documents quote it: `1 MiB`, `16 KiB`. */
export function sizeText(bytes: number): string {
  return bytes % mebibyte === 0 ? `${bytes / mebibyte} MiB` : `${bytes / 1024} KiB`;
}

/** A time in milliseconds as documents quote it: `15 s`. */
export function secondsText(ms: number): string {
  return `${ms / 1_000} s`;
}
