import { types } from 'node:util';
import {
  AlreadyExistsError,
  CancelledError,
  ConflictError,
  ForbiddenError,
  GoneError,
  InvalidError,
  KubernetesError,
  NotFoundError,
  ThrottledError,
  UnauthorizedError,
  UnavailableError,
  type ErrorCause,
  type KubernetesErrorFields,
} from './errors.ts';
import { arrayOf, isRecord, parseJson, recordOf, stringOf, type JsonRecord } from './json.ts';

/** How a call failed: an error response, a `Status` in a watch, or an exception. */
export type Failure =
  | { readonly kind: 'answer'; readonly status: number; readonly retryAfter?: string; readonly body: string }
  | { readonly kind: 'status'; readonly status: unknown }
  | { readonly kind: 'thrown'; readonly error: unknown; readonly cancelled: boolean; readonly timeoutMs?: number };

/**
 * The typed error of a failure.
 *
 * @param call names the call in messages, such as `GET https://host/api/v1/nodes`
 * @param now for a Retry-After that is a date
 */
export function toKubernetesError(call: string, failure: Failure, now: Date): KubernetesError {
  switch (failure.kind) {
    case 'thrown':
      return fromThrown(call, failure);
    case 'status':
      return fromStatus(call, recordOf(failure.status), undefined);
    case 'answer': {
      const parsed = parseJson(failure.body);
      const status = isRecord(parsed) && parsed['kind'] === 'Status' ? parsed : foreignStatus(call, failure);
      return fromStatus(call, { ...status, code: failure.status }, retryAfter(failure.retryAfter, now));
    }
  }
}

/** Unlike instanceof, works across contexts, as under Jest. */
const { isNativeError } = types;

function fromThrown(call: string, failure: Extract<Failure, { kind: 'thrown' }>): KubernetesError {
  const { error, cancelled, timeoutMs } = failure;
  if (error instanceof KubernetesError) return error;
  if (cancelled) return new CancelledError(`${call} was cancelled by its caller`, { cause: error });
  if (timeoutMs !== undefined) {
    return new UnavailableError(`${call} was not answered within ${timeoutMs} ms`, { reason: 'Timeout', cause: error });
  }
  return new UnavailableError(`${call} failed: ${rootMessage(error)}`, { cause: error });
}

/** The innermost message: connection errors come wrapped, and an AggregateError (one per address tried) has none. */
function rootMessage(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  const inner = 'errors' in error ? arrayOf(error.errors)[0] : error.cause;
  return isNativeError(inner) ? rootMessage(inner) : error.message;
}

/** A `Status` for the response of a proxy or load balancer. */
function foreignStatus(call: string, answer: { status: number; body: string }): JsonRecord {
  const text = answer.body.replace(/\s+/g, ' ').trim().slice(0, 200);
  return { message: `${call} returned ${answer.status}${text === '' ? '' : `: ${text}`}` };
}

function fromStatus(call: string, status: JsonRecord, retryAfterMs: number | undefined): KubernetesError {
  const code = typeof status['code'] === 'number' ? status['code'] : 0;
  const details = recordOf(status['details']);
  const seconds = details['retryAfterSeconds'];
  const fields: KubernetesErrorFields = {
    status: code === 0 ? undefined : code,
    reason: stringOf(status['reason']),
    causes: arrayOf(details['causes']).map(toCause),
    retryAfterMs: retryAfterMs ?? (typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined),
  };
  const message = stringOf(status['message']) ?? '';
  return new (classFor(code, fields.reason, message))(message === '' ? `${call} returned ${code}` : message, fields);
}

function toCause(raw: unknown): ErrorCause {
  const cause = recordOf(raw);
  const text = (name: string) => stringOf(cause[name]) ?? '';
  return { field: text('field'), message: text('message'), reason: text('reason') };
}

const classes: Readonly<Record<number, typeof KubernetesError>> = {
  400: InvalidError,
  401: UnauthorizedError,
  403: ForbiddenError,
  404: NotFoundError,
  408: UnavailableError,
  409: ConflictError,
  410: GoneError,
  413: InvalidError,
  422: InvalidError,
  429: ThrottledError,
};

/**
 * The API server answers with 500 for an object that is too large for etcd. Only the messages of etcd (`ErrRequestTooLarge`) and
 * its gRPC client distinguish this permanent error from a transient one.
 */
const tooLarge = /etcdserver: request is too large|trying to send message larger than max/;

function classFor(code: number, reason: string | undefined, message: string): typeof KubernetesError {
  if (code === 500 && tooLarge.test(message)) return InvalidError;
  if (code === 409 && reason === 'AlreadyExists') return AlreadyExistsError;
  return classes[code] ?? (code >= 500 ? UnavailableError : KubernetesError);
}

/** Milliseconds of a Retry-After header: seconds or a date (RFC 9110 section 10.2.3). */
function retryAfter(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now.getTime();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
