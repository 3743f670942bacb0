import type { KubernetesError, KubernetesErrorCode } from '../../kubernetes/errors.ts';
import { ApiError, invalidArgument } from './api-error.ts';
import type { AffectedResource, ErrorDetails } from './api-error.ts';
import type { ErrorCode } from './error-table.ts';

/** What a call to the API server was about. */
export interface CallSubject {
  readonly resource: AffectedResource;
  /** For a create: where to. It is what does not exist when the API server says so. */
  readonly parent?: AffectedResource;
}

/** What a failed call to the API server means to the caller. */
export function fromKubernetesError(error: KubernetesError, subject: CallSubject): ApiError {
  return meanings[error.code](error, subject);
}

type Meaning = (error: KubernetesError, subject: CallSubject) => ApiError;

const meanings: Readonly<Record<KubernetesErrorCode, Meaning>> = {
  NotFound: notFound,
  AlreadyExists: (error, { resource }) =>
    answer(error, 'AlreadyExists', `${resource.name} exists already`, { resource }),
  Conflict: (error, { resource }) => answer(error, 'Aborted', error.message, { resource }),
  Gone: (error, { resource }) => answer(error, 'Aborted', error.message, { resource }),
  Forbidden: forbidden,
  Invalid: invalid,
  Throttled: (error) => answer(error, 'ResourceExhausted', 'the cluster is busy', retry(error)),
  Unauthorized: (error) =>
    answer(error, 'Unavailable', 'the cluster does not accept the credentials of this service', retry(error)),
  Unavailable: (error) => answer(error, 'Unavailable', 'the cluster is out of reach', retry(error)),
  Cancelled: (error) => answer(error, 'Cancelled', 'the caller went away before the answer'),
  InvalidObject: (error, { resource }) =>
    answer(error, 'Internal', 'the stored resource can not be read by this version of the service', { resource }),
  Unknown: unknown,
};

/** Waiting time when the API server asked for none: long enough for a connection to come back, in milliseconds. */
const defaultRetryMs = 1_000;

function answer(cause: KubernetesError, code: ErrorCode, message: string, details?: ErrorDetails): ApiError {
  return new ApiError(code, message, details, { cause });
}

/** A Status of the API server names what was not found; a bare 404 says that the resource type itself is not served. */
function notFound(error: KubernetesError, { resource, parent = resource }: CallSubject): ApiError {
  return error.reason === 'NotFound'
    ? answer(error, 'NotFound', `${parent.name} does not exist`, { resource: parent })
    : answer(error, 'Unavailable', 'the WorkflowExecution resource is not installed in the cluster', retry(error));
}

/** Admission control and quotas answer 403 too, and what they say is meant for whoever asked. */
function forbidden(error: KubernetesError, { resource, parent = resource }: CallSubject): ApiError {
  if (!error.details.causes.some(({ reason }) => reason === 'NamespaceTerminating')) {
    return answer(error, 'PermissionDenied', error.message, { resource });
  }
  const precondition = {
    type: 'NAMESPACE_TERMINATING',
    subject: parent.name,
    description: 'Use another namespace, or wait until this one is gone and create it anew.',
  };
  return answer(error, 'FailedPrecondition', `${parent.name} is being deleted`, { precondition });
}

/** What the API server calls the field of a cause that only says that other rules were not checked. */
const noField = '<nil>';

function invalid(error: KubernetesError): ApiError {
  const violations = error.details.causes
    .filter(({ field }) => field !== noField)
    .map(({ field, message }) => ({ path: field === '' ? [] : field.split('.'), message: ruleIn(message) }));
  return violations.length > 0
    ? invalidArgument(violations, { cause: error })
    : answer(error, 'InvalidArgument', error.message);
}

/**
 * The API server writes `Invalid value: "the value": the rule`, and leaves the value out for rules over several fields; the
 * caller knows the value, so the rule is enough.
 */
function ruleIn(message: string): string {
  return (
    /^(?:Invalid|Unsupported) value: (?:"(?:[^"\\]|\\.)*": )?(?<rule>[^"].*)$/s.exec(message)?.groups?.rule ?? message
  );
}

function unknown(error: KubernetesError): ApiError {
  return error.status === 413
    ? answer(error, 'TooLarge', 'the resource is larger than the cluster stores')
    : answer(error, 'Internal', 'the cluster gave an answer that has no meaning here');
}

function retry(error: KubernetesError): ErrorDetails {
  return { retryAfterMs: error.retryAfterMs ?? defaultRetryMs };
}
