/** The meaning of a failed call. */
export type KubernetesErrorCode =
  | 'NotFound'
  | 'Conflict'
  | 'AlreadyExists'
  | 'Gone'
  | 'Forbidden'
  | 'Unauthorized'
  | 'Invalid'
  | 'Throttled'
  | 'Unavailable'
  | 'Cancelled'
  | 'InvalidObject'
  | 'Unknown';

/** A `StatusCause` of the API server; a part that is absent is an empty string. */
export interface ErrorCause {
  readonly field: string;
  readonly message: string;
  /** Machine-readable, for example `FieldValueInvalid` or `NamespaceTerminating`. */
  readonly reason: string;
}

/** Optional parts of an error. */
export interface KubernetesErrorFields {
  readonly status?: number;
  /** `Status.reason` of the response. */
  readonly reason?: string;
  readonly causes?: readonly ErrorCause[];
  /** How long the server asked to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Default: derived from the message. */
  readonly isAdmissionDenial?: boolean;
  readonly cause?: unknown;
}

/**
 * Admission denials have status 403, as missing permissions do, and no field distinguishes them. These are the prefixes that the
 * API server writes: `ToStatusErr` in k8s.io/apiserver pkg/admission/plugin/webhook/errors, and the dispatcher in
 * pkg/admission/plugin/policy/validating.
 */
const denials = [
  /^admission webhook "[^"]+" denied the request/,
  /ValidatingAdmissionPolicy '[^']+' with binding '[^']+' denied request/,
];

/** Base class of all errors of calls. Code `Unknown` is a status without a class of its own. */
export class KubernetesError extends Error {
  readonly code: KubernetesErrorCode = 'Unknown';
  /** HTTP status; absent when there was no response. */
  readonly status?: number;
  readonly reason?: string;
  readonly details: { readonly causes: readonly ErrorCause[] };
  readonly retryAfterMs?: number;
  /** Whether an admission webhook or policy denied the request. */
  readonly isAdmissionDenial: boolean;

  constructor(message: string, fields: KubernetesErrorFields = {}) {
    super(message, { cause: fields.cause });
    this.name = new.target.name;
    this.status = fields.status;
    this.reason = fields.reason;
    this.details = { causes: fields.causes ?? [] };
    this.retryAfterMs = fields.retryAfterMs;
    this.isAdmissionDenial = fields.isAdmissionDenial ?? denials.some((denial) => denial.test(message));
  }
}

/** 404: no such object, or no such resource (the CRD is not installed). */
export class NotFoundError extends KubernetesError {
  override readonly code = 'NotFound';
}

/** 409: the object has changed since it was read, or the namespace or name is being deleted. */
export class ConflictError extends KubernetesError {
  override readonly code = 'Conflict';
}

/** 409 with reason AlreadyExists: an object of that name exists. */
export class AlreadyExistsError extends KubernetesError {
  override readonly code = 'AlreadyExists';
}

/** 410: the resourceVersion or continue token is too old. List again. */
export class GoneError extends KubernetesError {
  override readonly code = 'Gone';
}

/** 403: denied by RBAC, admission or a quota, or the namespace is terminating (cause `NamespaceTerminating`). */
export class ForbiddenError extends KubernetesError {
  override readonly code = 'Forbidden';
}

/** 401: the credentials are missing, wrong or expired. */
export class UnauthorizedError extends KubernetesError {
  override readonly code = 'Unauthorized';
}

/** 400, 413, 422, or an object too large for etcd: the request can never succeed unchanged. The causes name the fields. */
export class InvalidError extends KubernetesError {
  override readonly code = 'Invalid';
}

/** 429: too many requests, or an eviction that must wait. */
export class ThrottledError extends KubernetesError {
  override readonly code = 'Throttled';
}

/** 5xx, no connection, connection lost, or timeout. A write may have taken effect. */
export class UnavailableError extends KubernetesError {
  override readonly code = 'Unavailable';
}

/** The caller's signal ended the call. A write may have taken effect. */
export class CancelledError extends KubernetesError {
  override readonly code = 'Cancelled';
}

/** The response is JSON, but not the expected kind of object. */
export class InvalidObjectError extends KubernetesError {
  override readonly code = 'InvalidObject';
}

/**
 * A webhook is called before the object is stored, and no field says that the call failed: `NewInternalError` in the dispatchers
 * of k8s.io/apiserver pkg/admission/plugin/webhook.
 */
const webhookFailure = /^Internal error occurred: failed calling webhook /;

/** Whether a write may have taken effect although it failed with this error. */
export function mayHaveTakenEffect(error: unknown): boolean {
  if (!(error instanceof KubernetesError)) return true;
  if (webhookFailure.test(error.message)) return false;
  return error.code === 'Unavailable' || error.code === 'Cancelled' || error.code === 'InvalidObject';
}

/** Limits of the causes in a redacted error: the API server's can be as many and as long as the request. */
const maxCauses = { count: 50, characters: 16_384 } as const;

/** The result of a call. A KubernetesError is rethrown with its message and causes redacted, its causes bounded. */
export async function redactErrors<T>(call: Promise<T>, redact: (text: string) => string): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw error instanceof KubernetesError ? redactError(error, redact) : error;
  }
}

/** Returns the same error when nothing in it is redacted. */
function redactError(error: KubernetesError, redact: (text: string) => string): KubernetesError {
  const { status, reason, details, retryAfterMs, isAdmissionDenial, cause } = error;
  const message = redact(error.message);
  const causes = firstOf(details.causes).map((one) => ({ ...one, message: redact(one.message) }));
  const isSame = details.causes.every((one, i) => one.message === causes[i]?.message);
  if (message === error.message && isSame) return error;
  const fields: KubernetesErrorFields = { status, reason, causes, retryAfterMs, isAdmissionDenial, cause };
  const redacted: unknown = Reflect.construct(error.constructor, [message, fields]);
  return redacted instanceof KubernetesError ? redacted : error;
}

function firstOf(causes: readonly ErrorCause[]): readonly ErrorCause[] {
  let left: number = maxCauses.characters;
  return causes.slice(0, maxCauses.count).filter(({ message }) => (left -= message.length) >= 0);
}

/** The cluster configuration cannot be used; the message is for people and names the file or URL. */
export class KubeConfigError extends Error {
  override readonly name = 'KubeConfigError';
}
