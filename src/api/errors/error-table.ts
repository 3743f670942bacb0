import { status } from '@grpc/grpc-js';

/** How one kind of error looks on each transport. */
export interface ErrorRow {
  readonly grpc: status;
  readonly http: number;
  /** Short words for people, the same for every error of the kind (RFC 9457, `title`). */
  readonly title: string;
}

/**
 * Every error of the execution API: one row, both transports. gRPC codes are those of https://google.aip.dev/193. Errors
 * that only HTTP can have (a route, a content type) have a gRPC code all the same, the one that comes nearest.
 */
export const errorTable = {
  InvalidArgument: { grpc: status.INVALID_ARGUMENT, http: 400, title: 'The request breaks a rule' },
  Unauthenticated: { grpc: status.UNAUTHENTICATED, http: 401, title: 'The caller is not known' },
  PermissionDenied: { grpc: status.PERMISSION_DENIED, http: 403, title: 'The request is not allowed' },
  NotFound: { grpc: status.NOT_FOUND, http: 404, title: 'There is no such resource' },
  RouteNotFound: { grpc: status.UNIMPLEMENTED, http: 404, title: 'There is nothing at this address' },
  MethodNotAllowed: { grpc: status.UNIMPLEMENTED, http: 405, title: 'The address has no such method' },
  AlreadyExists: { grpc: status.ALREADY_EXISTS, http: 409, title: 'The resource exists already' },
  RequestIdReused: { grpc: status.ALREADY_EXISTS, http: 409, title: 'The request id was used for another request' },
  FailedPrecondition: { grpc: status.FAILED_PRECONDITION, http: 409, title: 'The state does not allow the request' },
  Aborted: { grpc: status.ABORTED, http: 409, title: 'Something else changed the resource meanwhile' },
  LogsGone: { grpc: status.NOT_FOUND, http: 410, title: 'The logs are gone' },
  PositionExpired: { grpc: status.OUT_OF_RANGE, http: 410, title: 'What happened since is not known any more' },
  NotAcceptable: { grpc: status.INVALID_ARGUMENT, http: 406, title: 'No content type that is asked for can be given' },
  TooLarge: { grpc: status.RESOURCE_EXHAUSTED, http: 413, title: 'The request is too large' },
  HeadersTooLarge: { grpc: status.RESOURCE_EXHAUSTED, http: 431, title: 'The headers are too large' },
  RequestTimeout: { grpc: status.DEADLINE_EXCEEDED, http: 408, title: 'The request took too long' },
  UnsupportedMediaType: { grpc: status.INVALID_ARGUMENT, http: 415, title: 'The content type is not supported' },
  ResourceExhausted: { grpc: status.RESOURCE_EXHAUSTED, http: 429, title: 'Too many requests' },
  Cancelled: { grpc: status.CANCELLED, http: 499, title: 'The caller went away' },
  Internal: { grpc: status.INTERNAL, http: 500, title: 'The service failed' },
  Unavailable: { grpc: status.UNAVAILABLE, http: 503, title: 'The service can not answer now' },
} as const satisfies Record<string, ErrorRow>;

/** The kinds of errors there are. */
export type ErrorCode = keyof typeof errorTable;

/** The domain of the errors' reasons (https://google.aip.dev/193#errorinfo). */
export const errorDomain = 'workflowexecution.kubernaut.ai';

/** The identifier of a kind of error for programs (google.rpc.ErrorInfo, `reason`): `ALREADY_EXISTS`. */
export function errorReason(code: ErrorCode): string {
  return kebab(code).replaceAll('-', '_').toUpperCase();
}

/** The same for REST (RFC 9457, `type`); it is a name, not an address. */
export function problemType(code: ErrorCode): string {
  return `urn:kubernaut:workflowexecution:problem:${kebab(code)}`;
}

function kebab(code: ErrorCode): string {
  return code.replaceAll(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
}
