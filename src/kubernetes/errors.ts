/** What went wrong with a call to the API server, one word per meaning. */
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

/** One reason inside an error: the field it is about (empty when it is about none) and a message for a person. */
export interface ErrorCause {
  readonly field: string;
  readonly message: string;
  /** The machine's word for it, for example `FieldValueInvalid` or `NamespaceTerminating`. */
  readonly reason: string;
}

/** Everything an error may carry beside its message. */
export interface KubernetesErrorFields {
  readonly status?: number;
  /** `Status.reason` of the API server's answer. */
  readonly reason?: string;
  readonly causes?: readonly ErrorCause[];
  /** How long the server asked to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** See {@link KubernetesError.isAdmissionDenial}; told by the message when it is not given. */
  readonly isAdmissionDenial?: boolean;
  readonly cause?: unknown;
}

/**
 * A webhook or policy may deny with 403, the status of missing rights as well, and the answer has no field to tell them
 * apart. These are the words that the API server itself puts in front: `ToStatusErr` of k8s.io/apiserver's
 * pkg/admission/plugin/webhook/errors, and the dispatcher of pkg/admission/plugin/policy/validating.
 */
const denials = [
  /^admission webhook "[^"]+" denied the request/,
  /ValidatingAdmissionPolicy '[^']+' with binding '[^']+' denied request/,
];

/** What is repeated of the causes of an error: those of the API server can be as many and as long as a request is. */
const maxCauses = { count: 50, characters: 16_384 } as const;

/** Base of every error that the toolkit throws for a call. Its own code `Unknown` is an answer that fits no meaning below. */
export class KubernetesError extends Error {
  readonly code: KubernetesErrorCode = 'Unknown';
  /** HTTP status; absent when there was no answer. */
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

  /**
   * The same error with its texts redacted: what kind of error it is stays. Causes beyond {@link maxCauses} are left out.
   * This one when nothing is redacted.
   */
  redacted(redact: (text: string) => string): KubernetesError {
    const { status, reason, details, retryAfterMs, isAdmissionDenial, cause } = this;
    const message = redact(this.message);
    const causes = firstOf(details.causes).map((one) => ({ ...one, message: redact(one.message) }));
    const isSame = details.causes.every((one, i) => one.message === causes[i]?.message);
    if (message === this.message && isSame) return this;
    const fields: KubernetesErrorFields = { status, reason, causes, retryAfterMs, isAdmissionDenial, cause };
    const error: unknown = Reflect.construct(this.constructor, [message, fields]);
    return error instanceof KubernetesError ? error : this;
  }
}

function firstOf(causes: readonly ErrorCause[]): readonly ErrorCause[] {
  let left: number = maxCauses.characters;
  return causes.slice(0, maxCauses.count).filter(({ message }) => (left -= message.length) >= 0);
}

/** The answer to a call; when it fails with a KubernetesError, that is {@link KubernetesError.redacted}. */
export async function redactErrors<T>(call: Promise<T>, redact: (text: string) => string): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw error instanceof KubernetesError ? error.redacted(redact) : error;
  }
}

/** 404: no such object, or no such resource (a CRD that is not installed). */
export class NotFoundError extends KubernetesError {
  override readonly code = 'NotFound';
}

/** 409: the object changed since it was read, or the namespace or name is being deleted. */
export class ConflictError extends KubernetesError {
  override readonly code = 'Conflict';
}

/** 409 with reason AlreadyExists: create found an object of that name. */
export class AlreadyExistsError extends KubernetesError {
  override readonly code = 'AlreadyExists';
}

/** 410: the resource version or continue token is older than what the server remembers. List again. */
export class GoneError extends KubernetesError {
  override readonly code = 'Gone';
}

/** 403: RBAC, an admission plugin or a quota says no; or the namespace is terminating (cause `NamespaceTerminating`). */
export class ForbiddenError extends KubernetesError {
  override readonly code = 'Forbidden';
}

/** 401: the credentials are missing, wrong or expired. */
export class UnauthorizedError extends KubernetesError {
  override readonly code = 'Unauthorized';
}

/**
 * 400, 413 or 422, or 500 for an object that is too large for etcd: the server will never accept this request as it is; the
 * causes name the fields.
 */
export class InvalidError extends KubernetesError {
  override readonly code = 'Invalid';
}

/** 429: too many requests, or an eviction that must wait; `retryAfterMs` says how long when the server did. */
export class ThrottledError extends KubernetesError {
  override readonly code = 'Throttled';
}

/** 5xx, no connection, connection lost, or time-out. A write may or may not have taken effect. */
export class UnavailableError extends KubernetesError {
  override readonly code = 'Unavailable';
}

/** The caller's own signal ended the call. A write may or may not have taken effect. */
export class CancelledError extends KubernetesError {
  override readonly code = 'Cancelled';
}

/** The server answered with JSON that is not the kind of object it should be. */
export class InvalidObjectError extends KubernetesError {
  override readonly code = 'InvalidObject';
}

/** The cluster configuration cannot be used; the message is for people and names the file or URL. */
export class KubeConfigError extends Error {
  override readonly name = 'KubeConfigError';
}
