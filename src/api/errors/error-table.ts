import { status } from '@grpc/grpc-js';

/** One kind of error on both transports. */
export interface ErrorRow {
  readonly grpc: status;
  readonly http: number;
  /** A summary that is the same for every error of the kind (RFC 9457, `title`). */
  readonly title: string;
}

/**
 * Every error of the execution API on both transports. gRPC codes follow https://google.aip.dev/193; errors that only HTTP
 * has (a route, a content type) have the nearest one.
 */
export const errorTable = {
  InvalidArgument: { grpc: status.INVALID_ARGUMENT, http: 400, title: 'Invalid request' },
  Unauthenticated: { grpc: status.UNAUTHENTICATED, http: 401, title: 'Unauthenticated' },
  PermissionDenied: { grpc: status.PERMISSION_DENIED, http: 403, title: 'Permission denied' },
  NotFound: { grpc: status.NOT_FOUND, http: 404, title: 'Resource not found' },
  RouteNotFound: { grpc: status.UNIMPLEMENTED, http: 404, title: 'No such route' },
  MethodNotAllowed: { grpc: status.UNIMPLEMENTED, http: 405, title: 'Method not allowed' },
  AlreadyExists: { grpc: status.ALREADY_EXISTS, http: 409, title: 'Resource already exists' },
  RequestIdReused: { grpc: status.ALREADY_EXISTS, http: 409, title: 'Request ID used for another request' },
  FailedPrecondition: { grpc: status.FAILED_PRECONDITION, http: 409, title: 'State does not allow the request' },
  Aborted: { grpc: status.ABORTED, http: 409, title: 'Concurrent change' },
  LogsGone: { grpc: status.NOT_FOUND, http: 410, title: 'Logs are gone' },
  PositionExpired: { grpc: status.OUT_OF_RANGE, http: 410, title: 'Resource version expired' },
  NotAcceptable: { grpc: status.INVALID_ARGUMENT, http: 406, title: 'Not acceptable' },
  TooLarge: { grpc: status.RESOURCE_EXHAUSTED, http: 413, title: 'Request too large' },
  HeadersTooLarge: { grpc: status.RESOURCE_EXHAUSTED, http: 431, title: 'Headers too large' },
  RequestTimeout: { grpc: status.DEADLINE_EXCEEDED, http: 408, title: 'Request timeout' },
  UnsupportedMediaType: { grpc: status.INVALID_ARGUMENT, http: 415, title: 'Unsupported media type' },
  ResourceExhausted: { grpc: status.RESOURCE_EXHAUSTED, http: 429, title: 'Too many requests' },
  Cancelled: { grpc: status.CANCELLED, http: 499, title: 'Call canceled' },
  Internal: { grpc: status.INTERNAL, http: 500, title: 'Internal error' },
  Unavailable: { grpc: status.UNAVAILABLE, http: 503, title: 'Service unavailable' },
} as const satisfies Record<string, ErrorRow>;

/** The kind of an error. */
export type ErrorCode = keyof typeof errorTable;

/** The domain of the errors' reasons (https://google.aip.dev/193#errorinfo). */
export const errorDomain = 'workflowexecution.kubernaut.ai';

/** The machine-readable kind over gRPC (google.rpc.ErrorInfo, `reason`): `ALREADY_EXISTS`. */
export function errorReason(code: ErrorCode): string {
  return kebab(code).replaceAll('-', '_').toUpperCase();
}

/** The machine-readable kind over REST (RFC 9457, `type`). */
export function problemType(code: ErrorCode): string {
  return `urn:kubernaut:workflowexecution:problem:${kebab(code)}`;
}

function kebab(code: ErrorCode): string {
  return code.replaceAll(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
}
